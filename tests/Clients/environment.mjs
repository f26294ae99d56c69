// Where the system under test listens; System.Tests sets these.
function required(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run these tests through ./test, or set it to an address of a running system`);
  return value;
}

export const edgeUrl = required('MILLRACE_EDGE_URL');
export const baseUrl = `${edgeUrl}/v1`;
export const apiKey = 'not-needed-on-loopback';
export const grpcAddress = (service) => new URL(required(`MILLRACE_${service.toUpperCase()}_GRPC`)).host;
export const assistant = 'docs-assistant';
export const answerable = 'How many days do I have to return an item?';
export const refusal = "I don't have enough information to answer that.";

// A model behind an upstream: it calls the first tool it is offered with 'Rome' for each argument, repeats what a tool or the user said,
// fills a schema with 'Rome', and never ends after one word when it is told `endless`. See ScriptedUpstream.cs.
export const scripted = 'scripted';
export const endless = 'Never end.';
export const weather = async ({ city }) => `${city} is sunny`;
export const weatherSaid = /The tool says: .*Rome is sunny/;

// Where the system under test listens; System.Tests sets these.
function required(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run these tests through ./test, or set it to an address of a running system`);
  return value;
}

export const baseUrl = `${required('MILLRACE_EDGE_URL')}/v1`;
export const grpcAddress = (service) => new URL(required(`MILLRACE_${service.toUpperCase()}_GRPC`)).host;
export const assistant = 'docs-assistant';
export const answerable = 'How many days do I have to return an item?';
export const refusal = "I don't have enough information to answer that.";

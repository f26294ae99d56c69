import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HumanMessage } from '@langchain/core/messages';
import { tool } from '@langchain/core/tools';
import { ChatOpenAI, OpenAIEmbeddings } from '@langchain/openai';
import { z } from 'zod';
import { answerable, apiKey, assistant, baseUrl, scripted, weather, weatherSaid } from './environment.mjs';

const settings = (model) => ({ model, apiKey, maxRetries: 0, configuration: { baseURL: baseUrl } });
const weatherTool = tool(weather, { name: 'weather', description: 'Tells the weather of a city.', schema: z.object({ city: z.string() }) });
const question = new HumanMessage('How is the weather in Rome?');

test('invoke: a grounded answer with its usage', async () => {
  const message = await new ChatOpenAI(settings(assistant)).invoke(answerable);
  assert.match(message.text, /\[1\]/);
  assert.equal(message.response_metadata.finish_reason, 'stop');
  assert.ok(message.usage_metadata.output_tokens > 0);
});

test('stream: the same text as the whole answer, with usage', async () => {
  const model = new ChatOpenAI(settings(assistant));
  let message;
  for await (const chunk of await model.stream(answerable)) message = message?.concat(chunk) ?? chunk;
  assert.equal(message.text, (await model.invoke(answerable)).text);
  assert.ok(message.usage_metadata.output_tokens > 0);
});

test('bindTools: called, run and told, whole and streamed', async () => {
  const model = new ChatOpenAI(settings(scripted)).bindTools([weatherTool]);
  const called = await model.invoke([question]);
  assert.deepEqual(called.tool_calls.map((call) => [call.name, call.args]), [['weather', { city: 'Rome' }]]);
  const told = await model.invoke([question, called, await weatherTool.invoke(called.tool_calls[0])]);
  assert.match(told.text, weatherSaid);

  let streamed;
  for await (const chunk of await model.stream([question])) streamed = streamed?.concat(chunk) ?? chunk;
  assert.deepEqual(streamed.tool_calls.map((call) => [call.name, call.args]), [['weather', { city: 'Rome' }]]);
});

test('withStructuredOutput: an answer of a schema', async () => {
  const model = new ChatOpenAI(settings(scripted)).withStructuredOutput(z.object({ city: z.string() }), { name: 'place', method: 'jsonSchema' });
  assert.deepEqual(await model.invoke([question]), { city: 'Rome' });
});

test('the Responses API: invoke and stream', async () => {
  const model = new ChatOpenAI({ ...settings(assistant), useResponsesApi: true });
  const whole = await model.invoke(answerable);
  assert.match(whole.text, /\[1\]/);
  let text = '';
  for await (const chunk of await model.stream(answerable)) text += chunk.text;
  assert.equal(text, whole.text);
});

test('embeddings: documents and a query', async () => {
  const embeddings = new OpenAIEmbeddings(settings('tiny-embed'));
  const [first, second] = await embeddings.embedDocuments(['How do I get my money back?', 'Can I request a refund?']);
  const query = await embeddings.embedQuery('How do I get my money back?');
  assert.equal(second.length, 256);
  query.forEach((value, i) => assert.ok(Math.abs(value - first[i]) < 1e-5));
});

test('errors: an unknown model', async () => {
  await assert.rejects(new ChatOpenAI(settings('no-such-model')).invoke('x'), { status: 404, code: 'model_not_found' });
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import { betaZodTool } from '@anthropic-ai/sdk/helpers/beta/zod';
import { z } from 'zod';
import { answerable, apiKey, assistant, edgeUrl, scripted, weather, weatherSaid } from './environment.mjs';

const client = new Anthropic({ baseURL: edgeUrl, apiKey, maxRetries: 0 });
const ask = (content, more = {}) => ({ model: assistant, max_tokens: 256, messages: [{ role: 'user', content }], ...more });
const schema = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };
const tools = [{ name: 'weather', description: 'Tells the weather of a city.', input_schema: schema }];
const question = 'How is the weather in Rome?';

test('messages: a grounded answer with its usage', async () => {
  const message = await client.messages.create(ask(answerable));
  assert.deepEqual([message.type, message.role, message.stop_reason], ['message', 'assistant', 'end_turn']);
  assert.equal(message.content[0].type, 'text');
  assert.match(message.content[0].text, /\[1\]/);
  assert.ok(message.usage.input_tokens > 0 && message.usage.output_tokens > 0);
});

test('messages: the stream helper assembles the same message', async () => {
  const whole = await client.messages.create(ask(answerable));
  let text = '';
  const stream = client.messages.stream(ask(answerable)).on('text', (delta) => (text += delta));
  const message = await stream.finalMessage();
  assert.equal(text, whole.content[0].text);
  assert.equal(message.content[0].text, text);
  assert.equal(message.stop_reason, 'end_turn');
});

test('messages: the events of a stream come in their order', async () => {
  const types = [];
  for await (const event of await client.messages.create(ask('hello', { stream: true }))) if (types.at(-1) !== event.type) types.push(event.type);
  assert.deepEqual(types, [
    'message_start', 'content_block_start', 'content_block_delta', 'content_block_stop', 'message_delta', 'message_stop',
  ]);
});

test('messages: system, stop sequences and the limit of tokens', async () => {
  const cut = await client.messages.create(ask('who are you?', { model: 'tiny-rag-chat', max_tokens: 2, system: 'Be brief.' }));
  assert.equal(cut.stop_reason, 'max_tokens');
  const stopped = await client.messages.create(ask('one two three', { model: 'tiny-rag-chat', stop_sequences: [' '] }));
  assert.deepEqual([stopped.stop_reason, stopped.stop_sequence], ['stop_sequence', ' ']);
});

test('tools: called and told, whole', async () => {
  const called = await client.messages.create(ask(question, { model: scripted, tools }));
  assert.equal(called.stop_reason, 'tool_use');
  const use = called.content.find((block) => block.type === 'tool_use');
  assert.deepEqual([use.name, use.input], ['weather', { city: 'Rome' }]);
  const messages = [
    { role: 'user', content: question },
    { role: 'assistant', content: called.content },
    { role: 'user', content: [{ type: 'tool_result', tool_use_id: use.id, content: await weather(use.input) }] },
  ];
  const told = await client.messages.create(ask('', { model: scripted, tools, messages }));
  assert.match(told.content[0].text, weatherSaid);
});

test('tools: a streamed call has its input', async () => {
  const message = await client.messages.stream(ask(question, { model: scripted, tools })).finalMessage();
  assert.equal(message.stop_reason, 'tool_use');
  assert.deepEqual(message.content.find((block) => block.type === 'tool_use').input, { city: 'Rome' });
});

test('tools: the SDK runs them by itself', async () => {
  const run = betaZodTool({ name: 'weather', description: 'Tells the weather of a city.', inputSchema: z.object({ city: z.string() }), run: weather });
  const message = await client.beta.messages.toolRunner(ask(question, { model: scripted, tools: [run] }));
  assert.match(message.content[0].text, weatherSaid);
});

test('count_tokens: longer messages have more', async () => {
  const count = async (content) => (await client.messages.countTokens({ model: 'tiny-rag-chat', messages: [{ role: 'user', content }] })).input_tokens;
  assert.ok((await count('hello hello hello hello')) > (await count('hello')));
});

test('errors: are classes of the SDK', async () => {
  await assert.rejects(client.messages.create(ask('x', { model: 'no-such-model' })), (error) => {
    assert.ok(error instanceof Anthropic.NotFoundError, `${error.constructor.name}: ${error.message}`);
    assert.equal(error.error.error.type, 'not_found_error');
    assert.ok(error.requestID, 'the SDK shows the request id');
    return true;
  });
  await assert.rejects(client.messages.create(ask('x', { max_tokens: 0 })), Anthropic.BadRequestError);
});

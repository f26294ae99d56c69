import assert from 'node:assert/strict';
import { test } from 'node:test';
import OpenAI from 'openai';
import { answerable, apiKey, assistant, baseUrl, endless, scripted } from './environment.mjs';

const client = new OpenAI({ baseURL: baseUrl, apiKey, maxRetries: 0 });

async function collect(stream) {
  const events = [];
  for await (const event of stream) events.push(event);
  return events;
}

function rising(events) {
  events.reduce((last, { sequence_number: number }) => (assert.ok(number > last, `${number} behind ${last}`), number), -1);
}

const textOf = (events) => events.filter((event) => event.type === 'response.output_text.delta').map((event) => event.delta).join('');

test('a whole response is grounded, kept, listed and deleted', async () => {
  const response = await client.responses.create({ model: assistant, input: answerable });
  assert.deepEqual([response.object, response.status], ['response', 'completed']);
  assert.match(response.output_text, /\[1\]/);
  assert.equal(response.output[0].content[0].annotations[0].type, 'url_citation');
  assert.equal(response.usage.total_tokens, response.usage.input_tokens + response.usage.output_tokens);

  assert.equal((await client.responses.retrieve(response.id)).output_text, response.output_text);
  const items = await collect(client.responses.inputItems.list(response.id));
  assert.deepEqual(items.map((item) => [item.role, item.content[0].text]), [['user', answerable]]);
  await client.responses.delete(response.id);
  await assert.rejects(client.responses.retrieve(response.id), OpenAI.NotFoundError);
});

test('a stream has rising numbers, and the text of the whole', async () => {
  const events = await collect(await client.responses.create({ model: assistant, input: answerable, stream: true }));
  assert.equal(events[0].type, 'response.created');
  assert.equal(events.at(-1).type, 'response.completed');
  rising(events);
  assert.equal(textOf(events), events.at(-1).response.output[0].content[0].text);
});

test('the stream helper assembles the response', async () => {
  const runner = client.responses.stream({ model: assistant, input: answerable });
  let deltas = '';
  runner.on('response.output_text.delta', (event) => (deltas += event.delta));
  const response = await runner.finalResponse();
  assert.equal(response.output_text, deltas);
  assert.ok(deltas.length > 0);
});

test('a response follows another one', async () => {
  const first = await client.responses.create({ model: 'tiny-rag-chat', input: 'who are you?', max_output_tokens: 16 });
  const second = await client.responses.create({ model: 'tiny-rag-chat', input: 'thanks', previous_response_id: first.id, max_output_tokens: 16 });
  assert.equal(second.previous_response_id, first.id);
  assert.ok(second.usage.input_tokens > first.usage.input_tokens, 'the first turn is in the prompt of the second');
});

test('a response in the background is followed, and resumed behind an event', async () => {
  const live = await collect(await client.responses.create({ model: scripted, input: 'Say it slowly.', background: true, stream: true }));
  rising(live);
  const { id } = live[0].response;
  assert.equal((await client.responses.retrieve(id)).status, 'completed');
  const cut = Math.floor(live.length / 2);
  const rest = await collect(await client.responses.retrieve(id, { stream: true, starting_after: live[cut].sequence_number }));
  assert.deepEqual(rest, live.slice(cut + 1));
});

test('a response in the background is cancelled', async () => {
  const started = await client.responses.create({ model: scripted, input: endless, background: true });
  assert.ok(['queued', 'in_progress'].includes(started.status), started.status);
  assert.equal((await client.responses.cancel(started.id)).status, 'cancelled');
  assert.equal((await client.responses.retrieve(started.id)).status, 'cancelled');
});

test('input tokens are counted without an answer', async () => {
  const counted = await client.responses.inputTokens.count({ model: 'tiny-rag-chat', input: 'who are you?' });
  assert.ok(counted.input_tokens > 0);
});

test('errors: a response that is not there, and a tool that is no function', async () => {
  await assert.rejects(client.responses.retrieve('resp_none'), (error) => {
    assert.ok(error instanceof OpenAI.NotFoundError, `${error.constructor.name}: ${error.message}`);
    assert.equal(error.code, 'response_not_found');
    return true;
  });
  const search = client.responses.create({ model: assistant, input: 'x', tools: [{ type: 'web_search' }] });
  await assert.rejects(search, { status: 400, code: 'unsupported_parameter' });
});

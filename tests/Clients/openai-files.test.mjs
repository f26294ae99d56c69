import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import OpenAI, { toFile } from 'openai';
import { apiKey, baseUrl } from './environment.mjs';

const client = new OpenAI({ baseURL: baseUrl, apiKey, maxRetries: 0 });
const upload = (name, text, purpose) => toFile(Buffer.from(text), name).then((file) => client.files.create({ file, purpose }));

async function ended(batch) {
  for (let attempt = 0; attempt < 600 && !['completed', 'failed', 'expired', 'cancelled'].includes(batch.status); attempt++) {
    await pause(100);
    batch = await client.batches.retrieve(batch.id);
  }
  return batch;
}

const line = (id, content) => JSON.stringify({
  custom_id: id,
  method: 'POST',
  url: '/v1/chat/completions',
  body: { model: 'tiny-rag-chat', max_tokens: 8, messages: [{ role: 'user', content }] },
});

test('files: uploaded, listed, read, deleted', async () => {
  const file = await upload('note.txt', 'The mill stands by the river.', 'user_data');
  assert.deepEqual([file.object, file.filename, file.bytes, file.purpose], ['file', 'note.txt', 29, 'user_data']);
  assert.equal((await client.files.retrieve(file.id)).filename, 'note.txt');
  const ids = [];
  for await (const listed of client.files.list({ purpose: 'user_data' })) ids.push(listed.id);
  assert.ok(ids.includes(file.id));
  assert.equal(await (await client.files.content(file.id)).text(), 'The mill stands by the river.');
  assert.equal((await client.files.delete(file.id)).deleted, true);
  await assert.rejects(client.files.retrieve(file.id), OpenAI.NotFoundError);
});

test('batches: two chats to their end', async () => {
  const input = await upload('lines.jsonl', `${line('a', 'hello')}\n${line('b', 'thanks')}\n`, 'batch');
  const made = await client.batches.create({ input_file_id: input.id, endpoint: '/v1/chat/completions', completion_window: '24h' });
  const batch = await ended(made);
  assert.equal(batch.status, 'completed', JSON.stringify(batch.errors));
  assert.deepEqual(batch.request_counts, { total: 2, completed: 2, failed: 0 });
  const results = (await (await client.files.content(batch.output_file_id)).text()).trim().split('\n').map((text) => JSON.parse(text));
  assert.deepEqual(results.map((result) => [result.custom_id, result.response.status_code]), [['a', 200], ['b', 200]]);
  for (const { response: { body } } of results) assert.ok(body.choices[0].message.content.length > 0);
});

test('batches: a line that is wrong fails the batch by its number', async () => {
  const input = await upload('wrong.jsonl', `${line('a', 'hello')}\nnot json\n`, 'batch');
  const batch = await ended(await client.batches.create({ input_file_id: input.id, endpoint: '/v1/chat/completions', completion_window: '24h' }));
  assert.equal(batch.status, 'failed');
  assert.deepEqual(batch.errors.data.map((error) => error.line), [2]);
});

test('vector stores: made, filled, searched, deleted', async () => {
  const store = await client.vectorStores.create({ name: 'Zebras' });
  const file = await upload('zebra.md', '# Zebras\n\nThe zebra Quentin eats exactly seven carrots a day.\n', 'assistants');
  const attached = await client.vectorStores.files.createAndPoll(
    store.id, { file_id: file.id, attributes: { year: 2026 } }, { pollIntervalMs: 100 });
  assert.equal(attached.status, 'completed', JSON.stringify(attached.last_error));
  assert.equal((await client.vectorStores.retrieve(store.id)).file_counts.completed, 1);

  const search = async (filters) => {
    const found = [];
    for await (const result of client.vectorStores.search(store.id, { query: 'How many carrots does Quentin eat?', filters })) found.push(result);
    return found;
  };
  const [best] = await search({ type: 'gte', key: 'year', value: 2025 });
  assert.deepEqual([best.file_id, best.filename, best.attributes], [file.id, 'zebra.md', { year: 2026 }]);
  assert.match(best.content[0].text, /seven carrots/);
  assert.deepEqual(await search({ type: 'lt', key: 'year', value: 2025 }), []);

  assert.equal((await client.vectorStores.files.delete(file.id, { vector_store_id: store.id })).deleted, true);
  assert.deepEqual(await search(undefined), []);
  assert.equal((await client.vectorStores.delete(store.id)).deleted, true);
  await assert.rejects(client.vectorStores.retrieve(store.id), OpenAI.NotFoundError);
  await client.files.delete(file.id);
});

test('vector stores: a batch of files is uploaded and polled by the SDK', async () => {
  const store = await client.vectorStores.create({ name: 'Lunch' });
  const files = await Promise.all(['zoo', 'office'].map((team) => toFile(Buffer.from(`The ${team} eats at noon.\n`), `${team}.txt`)));
  const batch = await client.vectorStores.fileBatches.uploadAndPoll(store.id, { files }, { pollIntervalMs: 100 });
  assert.deepEqual([batch.status, batch.file_counts.completed, batch.file_counts.failed], ['completed', 2, 0]);
  await client.vectorStores.delete(store.id);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import OpenAI from 'openai';
import { answerable, apiKey, assistant, baseUrl, refusal } from './environment.mjs';

const client = new OpenAI({ baseURL: baseUrl, apiKey, maxRetries: 0 });
const chat = (content, more = {}) => ({ model: assistant, messages: [{ role: 'user', content }], ...more });

test('chat: the whole answer is grounded, cited and counted', async () => {
  const completion = await client.chat.completions.create(chat(answerable));
  const [choice] = completion.choices;
  assert.equal(completion.object, 'chat.completion');
  assert.equal(choice.finish_reason, 'stop');
  assert.equal(choice.message.role, 'assistant');
  assert.match(choice.message.content, /\[1\]/);
  assert.ok(choice.message.annotations.length > 0);
  for (const { type, url_citation: citation } of choice.message.annotations) {
    assert.equal(type, 'url_citation');
    assert.match(choice.message.content.slice(citation.start_index, citation.end_index), /^\[\d+\]$/);
    assert.ok(citation.url.length > 0 && citation.title.length > 0);
  }
  assert.ok(completion.usage.prompt_tokens > 0);
  assert.equal(completion.usage.total_tokens, completion.usage.prompt_tokens + completion.usage.completion_tokens);
});

test('chat: what the documents do not say is refused', async () => {
  const completion = await client.chat.completions.create(chat('What is the airspeed of an unladen swallow?'));
  assert.equal(completion.choices[0].message.content, refusal);
});

test('chat: a stream has the same text as the whole answer, and its usage at the end', async () => {
  const whole = await client.chat.completions.create(chat(answerable));
  const stream = await client.chat.completions.create(chat(answerable, { stream: true, stream_options: { include_usage: true } }));
  let text = '';
  const ids = new Set();
  const reasons = [];
  let usage;
  for await (const chunk of stream) {
    ids.add(chunk.id);
    if (chunk.usage) usage = chunk.usage;
    for (const choice of chunk.choices) {
      text += choice.delta.content ?? '';
      if (choice.finish_reason) reasons.push(choice.finish_reason);
    }
  }
  assert.equal(text, whole.choices[0].message.content);
  assert.equal(ids.size, 1);
  assert.deepEqual(reasons, ['stop']);
  assert.ok(usage.completion_tokens > 0);
});

test('chat: the stream helper assembles the message', async () => {
  const runner = client.chat.completions.stream(chat(answerable));
  let deltas = '';
  runner.on('content', (delta) => (deltas += delta));
  const content = await runner.finalContent();
  assert.equal(deltas, content);
  assert.match(content, /\[1\]/);
});

test('chat: leaving the loop closes the request and the next one works', async () => {
  const stream = await client.chat.completions.create(chat(answerable, { stream: true }));
  for await (const chunk of stream) if (chunk) break;
  const completion = await client.chat.completions.create(chat('hello'));
  assert.equal(completion.choices[0].finish_reason, 'stop');
});

test('chat: a plain model honours n, max_tokens, seed and logprobs', async () => {
  const completion = await client.chat.completions.create({
    model: 'tiny-rag-chat',
    messages: [{ role: 'user', content: 'who are you?' }],
    n: 2,
    max_tokens: 4,
    seed: 7,
    logprobs: true,
    top_logprobs: 2,
  });
  assert.equal(completion.choices.length, 2);
  for (const choice of completion.choices) {
    assert.equal(choice.finish_reason, 'length');
    assert.equal(choice.logprobs.content.length, 4);
    for (const { logprob, top_logprobs: top } of choice.logprobs.content) {
      assert.ok(logprob <= 0);
      assert.equal(top.length, 2);
    }
  }
});

test('models: the list names models, assistants and encoders', async () => {
  const ids = [];
  for await (const model of client.models.list()) ids.push(model.id);
  for (const id of ['tiny-rag-chat', 'docs-assistant', 'tiny-embed']) assert.ok(ids.includes(id), `${id} in ${ids}`);
});

test('embeddings: floats and base64 are the same unit vectors', async () => {
  const input = ['How do I get my money back?', 'Can I request a refund?'];
  const floats = await client.embeddings.create({ model: 'tiny-embed', input, encoding_format: 'float' });
  const packed = await client.embeddings.create({ model: 'tiny-embed', input });
  assert.equal(floats.data.length, 2);
  assert.equal(floats.data[0].embedding.length, 256);
  const norm = Math.hypot(...floats.data[0].embedding);
  assert.ok(Math.abs(norm - 1) < 1e-3, `norm ${norm}`);
  packed.data[1].embedding.forEach((value, i) => assert.ok(Math.abs(value - floats.data[1].embedding[i]) < 1e-6));
  assert.ok(floats.usage.prompt_tokens > 0);
});

test('embeddings: base64 on the wire is the vector in 32-bit floats', async () => {
  const body = { model: 'tiny-embed', input: 'How do I get my money back?', encoding_format: 'base64' };
  const { data: [{ embedding }] } = await client.post('/embeddings', { body });
  const bytes = Buffer.from(embedding, 'base64');
  assert.equal(bytes.length, 256 * 4);
  const floats = await client.embeddings.create({ ...body, encoding_format: 'float' });
  floats.data[0].embedding.forEach((value, i) => assert.ok(Math.abs(value - bytes.readFloatLE(i * 4)) < 1e-6));
});

test('completions: several prompts, echoed, with log probabilities', async () => {
  const completion = await client.completions.create({
    model: 'tiny-rag-chat', prompt: ['Once upon', 'The mill'], max_tokens: 4, temperature: 0, echo: true, logprobs: 1,
  });
  assert.deepEqual(completion.choices.map((choice) => choice.index), [0, 1]);
  assert.ok(completion.choices[1].text.startsWith('The mill'));
  const { tokens, token_logprobs: logprobs } = completion.choices[0].logprobs;
  assert.equal(tokens.join(''), completion.choices[0].text);
  assert.equal(logprobs[0], null);
  assert.ok(logprobs.slice(1).every((logprob) => logprob <= 0));
});

test('completions: a stream has the text of the whole', async () => {
  const body = { model: 'tiny-rag-chat', prompt: 'Once upon a time', max_tokens: 8, temperature: 0 };
  const whole = await client.completions.create(body);
  let text = '';
  for await (const chunk of await client.completions.create({ ...body, stream: true })) text += chunk.choices[0]?.text ?? '';
  assert.equal(text, whole.choices[0].text);
});

test('moderations: one result for each text', async () => {
  const { results } = await client.moderations.create({ input: ['Hello', 'Write to ann@example.com'] });
  assert.deepEqual(results.map((result) => result.flagged), [false, true]);
  assert.equal(results[1].categories.violence, false);
});

test('moderations: real scores in every category', async () => {
  const { results: [result] } = await client.moderations.create({ model: 'omni-moderation-latest', input: 'You are a stupid worthless idiot.' });
  assert.equal(result.flagged, true);
  assert.equal(result.categories.harassment, true);
  assert.ok(Object.values(result.category_scores).every((score) => score > 0 && score <= 1));
  assert.deepEqual(Object.keys(result.category_scores), Object.keys(result.categories));
  assert.deepEqual(result.category_applied_input_types.harassment, ['text']);
});

test('idempotency: the same key and body are one answer, another body is a conflict that is not tried again', async () => {
  let sent = 0;
  const counted = client.withOptions({ maxRetries: 2, fetch: (...args) => (sent++, fetch(...args)) });
  const headers = { 'Idempotency-Key': `clients-${process.pid}-${Date.now()}` };
  const ask = (content) => counted.chat.completions.create({ model: 'tiny-rag-chat', messages: [{ role: 'user', content }], temperature: 1 }, { headers });
  const first = await ask('hello');
  const { data: again, response } = await ask('hello').withResponse();
  assert.equal(response.headers.get('idempotent-replayed'), 'true');
  assert.deepEqual([again.id, again.choices[0].message.content], [first.id, first.choices[0].message.content]);

  await assert.rejects(ask('thanks'), (error) => {
    assert.ok(error instanceof OpenAI.ConflictError, `${error.constructor.name}: ${error.message}`);
    assert.equal(error.code, 'idempotency_conflict');
    return true;
  });
  assert.equal(sent, 3);
});

const refused = [
  ['an unknown model', OpenAI.NotFoundError, 404, 'model_not_found', 'model', { model: 'no-such-model', messages: [{ role: 'user', content: 'x' }] }],
  ['no messages', OpenAI.BadRequestError, 400, 'invalid_argument', 'messages', { model: assistant, messages: [] }],
  ['a role that is none', OpenAI.BadRequestError, 400, 'invalid_argument', 'messages[0].role', { model: assistant, messages: [{ role: 'wizard', content: 'x' }] }],
  ['a negative temperature', OpenAI.BadRequestError, 400, 'invalid_argument', 'temperature', chat('x', { temperature: -1 })],
  ['an unknown parameter', OpenAI.BadRequestError, 400, 'unsupported_parameter', 'frobnicate', chat('x', { frobnicate: 1 })],
];
for (const [what, type, status, code, param, body] of refused) {
  test(`errors: ${what}`, async () => {
    await assert.rejects(client.chat.completions.create(body), (error) => {
      assert.ok(error instanceof type, `${error.constructor.name}: ${error.message}`);
      assert.equal(error.status, status);
      assert.equal(error.code, code);
      assert.equal(error.param, param);
      assert.ok(error.requestID, 'the SDK shows the request id');
      return true;
    });
  });
}

test('errors: a body over the limit', async () => {
  await assert.rejects(client.chat.completions.create(chat('x'.repeat(11 * 1024 * 1024))), (error) => {
    assert.equal(error.status, 413);
    assert.equal(error.code, 'payload_too_large');
    return true;
  });
});

test('errors: a collection that exists with other settings', async () => {
  const create = (tokens) => client.post('/collections', { body: { name: 'clients-conflict', chunking: { chunk_tokens_max: tokens } } });
  await create(100);
  await assert.rejects(create(50), (error) => {
    assert.ok(error instanceof OpenAI.ConflictError, `${error.constructor.name}: ${error.message}`);
    assert.equal(error.code, 'already_exists');
    return true;
  });
});

test('errors: a server that is not there', async () => {
  const nobody = new OpenAI({ baseURL: 'http://127.0.0.1:9/v1', apiKey: 'x', maxRetries: 0 });
  await assert.rejects(nobody.models.list(), OpenAI.APIConnectionError);
});

test('conversations: created, appended to, paged, branched by a chat, deleted', async () => {
  const created = await client.conversations.create({
    metadata: { topic: 'demo' },
    items: [{ type: 'message', role: 'user', content: 'Hello.' }],
  });
  assert.equal(created.object, 'conversation');
  assert.deepEqual(created.metadata, { topic: 'demo' });
  const added = await client.conversations.items.create(created.id, {
    items: [{ type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Hi.' }] }],
  });
  assert.equal(added.data[0].content[0].text, 'Hi.');
  const seen = [];
  for await (const item of client.conversations.items.list(created.id, { limit: 1, order: 'asc' })) seen.push(item.role);
  assert.deepEqual(seen, ['user', 'assistant']);

  const ask = (parent) => client.chat.completions.create(
    chat(answerable, { millrace: { conversation_id: created.id, parent_message_id: parent } }),
  );
  const first = await ask(undefined);
  const question = await client.conversations.items.retrieve(first.millrace.message_ids[0], { conversation_id: created.id });
  const again = await ask(question.id);
  assert.equal(again.millrace.message_ids.length, 1);
  assert.notEqual(again.millrace.message_ids[0], first.millrace.message_ids[1]);

  const updated = await client.conversations.update(created.id, { metadata: { topic: 'other' } });
  assert.deepEqual(updated.metadata, { topic: 'other' });
  assert.equal((await client.conversations.items.delete(question.id, { conversation_id: created.id })).id, created.id);
  assert.equal((await client.conversations.delete(created.id)).deleted, true);
  await assert.rejects(client.conversations.retrieve(created.id), { status: 404, code: 'conversation_not_found' });
});

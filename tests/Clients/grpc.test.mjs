import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { after, test } from 'node:test';
import grpc from '@grpc/grpc-js';
import loader from '@grpc/proto-loader';
import { answerable, assistant, grpcAddress, scripted, weather, weatherSaid } from './environment.mjs';

const protos = fileURLToPath(new URL('../../protos', import.meta.url));
const load = (service) =>
  grpc.loadPackageDefinition(
    loader.loadSync(`millrace/${service}/v1/${service}.proto`, { includeDirs: [protos], keepCase: true, longs: Number, enums: String, oneofs: true, defaults: true }),
  ).millrace[service].v1;

const insecure = grpc.credentials.createInsecure();
const chat = new (load('gateway').Chat)(grpcAddress('gateway'), insecure);
const rerank = new (load('gateway').Rerank)(grpcAddress('gateway'), insecure);
const retrieval = new (load('retrieval').RetrievalService)(grpcAddress('retrieval'), insecure);
const inference = new (load('inference').InferenceService)(grpcAddress('inference'), insecure);
after(() => [chat, rerank, retrieval, inference].forEach((client) => client.close()));

const unary = (client, method, request) =>
  new Promise((resolve, reject) => client[method](request, (error, response) => (error ? reject(error) : resolve(response))));

async function collect(call) {
  const events = [];
  for await (const event of call) events.push(event);
  return events;
}

test('gateway: a chat streams from started to completed, with citations', async () => {
  const events = await collect(chat.Complete({ model: assistant, messages: [{ role: 'ROLE_USER', content: answerable }] }));
  assert.equal(events[0].event, 'started');
  assert.equal(events.at(-1).event, 'completed');
  const text = events.filter((event) => event.delta).map((event) => event.delta.text).join('');
  const { citations, reason } = events.find((event) => event.finished).finished;
  assert.equal(reason, 'FINISH_REASON_STOP');
  assert.ok(citations.length > 0);
  for (const citation of citations) assert.equal(text.slice(citation.start, citation.end), `[${citation.number}]`);
  assert.ok(events.at(-1).completed.prompt_tokens > 0);
});

test('gateway: a refusal carries its reason and field', async () => {
  await assert.rejects(collect(chat.Complete({ model: 'no-such-model', messages: [{ role: 'ROLE_USER', content: 'x' }] })), (error) => {
    assert.equal(error.code, grpc.status.NOT_FOUND);
    assert.deepEqual(error.metadata.get('x-millrace-reason'), ['model_not_found']);
    assert.deepEqual(error.metadata.get('x-millrace-param'), ['model']);
    return true;
  });
});

test('gateway: a tool is called, and its result told', async () => {
  const schema = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };
  const tools = [{ name: 'weather', description: 'Tells the weather of a city.', parameters_schema: JSON.stringify(schema) }];
  const question = { role: 'ROLE_USER', content: 'How is the weather in Rome?' };
  const called = await collect(chat.Complete({ model: scripted, messages: [question], tools }));
  assert.equal(called.find((event) => event.finished).finished.reason, 'FINISH_REASON_TOOL_CALLS');
  const pieces = called.flatMap((event) => event.delta?.tool_calls ?? []);
  const call = { id: pieces[0].id, name: pieces[0].name, arguments: pieces.map((piece) => piece.arguments).join('') };
  assert.deepEqual([call.name, JSON.parse(call.arguments)], ['weather', { city: 'Rome' }]);

  const turn = { role: 'ROLE_ASSISTANT', tool_calls: [call] };
  const result = { role: 'ROLE_TOOL', tool_call_id: call.id, content: await weather(JSON.parse(call.arguments)) };
  const told = await collect(chat.Complete({ model: scripted, messages: [question, turn, result], tools }));
  assert.match(told.map((event) => event.delta?.text ?? '').join(''), weatherSaid);
});

test('gateway: rerank puts the document that answers first', async () => {
  const documents = ['Parcels are tracked.', 'Items can be returned within 30 days.'];
  const { model, results } = await unary(rerank, 'Rank', { query: 'How long do I have to return an item?', documents, top_n: 1 });
  assert.ok(model.length > 0);
  assert.deepEqual(results.map((result) => result.index), [1]);
  assert.ok(results[0].score > 0 && results[0].score <= 1);
});

test('retrieval: collections, upload by stream, search, delete', async () => {
  const collection = `clients-${process.pid}`;
  await unary(retrieval, 'CreateCollection', { name: collection });
  const uploaded = await new Promise((resolve, reject) => {
    const call = retrieval.UploadDocument((error, response) => (error ? reject(error) : resolve(response)));
    call.write({ header: { collection, document_id: 'zebra.md', media_type: 'text/markdown', wait: true } });
    call.write({ content: Buffer.from('# Zebras\n\nThe zebra Quentin eats ') });
    call.write({ content: Buffer.from('exactly seven carrots a day.\n') });
    call.end();
  });
  assert.equal(uploaded.document.state, 'DOCUMENT_STATE_READY');

  const { results } = await unary(retrieval, 'Search', { collections: [collection], query: 'how many carrots does Quentin eat', explain: true });
  assert.equal(results[0].passage.document_id, 'zebra.md');
  assert.match(results[0].passage.text, /seven carrots/);
  assert.ok(results[0].stages.some((stage) => stage.stage === 'bm25'));

  await unary(retrieval, 'DeleteDocument', { collection, document_id: 'zebra.md' });
  const after = await unary(retrieval, 'Search', { collections: [collection], query: 'how many carrots does Quentin eat' });
  assert.equal(after.results.length, 0);
  await unary(retrieval, 'DeleteCollection', { name: collection });
});

test('retrieval: a job counts its documents, and a filter chooses among them', async () => {
  const collection = `clients-job-${process.pid}`;
  await unary(retrieval, 'CreateCollection', { name: collection });
  const { job } = await unary(retrieval, 'CreateJob', { collection });
  for (const team of ['zoo', 'office']) {
    await new Promise((resolve, reject) => {
      const call = retrieval.UploadDocument((error, response) => (error ? reject(error) : resolve(response)));
      call.write({
        header: { collection, document_id: `${team}.md`, media_type: 'text/markdown', wait: true, job_id: job.id, metadata_json: JSON.stringify({ team }) },
      });
      call.write({ content: Buffer.from(`# Lunch\n\nThe ${team} eats carrots at noon.\n`) });
      call.end();
    });
  }

  const done = (await unary(retrieval, 'GetJob', { job_id: job.id })).job;
  assert.deepEqual([done.state, done.total_count, done.ready_count], ['JOB_STATE_COMPLETED', 2, 2]);
  const filter = { comparison: { key: 'team', operator: 'COMPARISON_OPERATOR_EQUAL', values: [{ text: 'zoo' }] } };
  const { results } = await unary(retrieval, 'Search', { collections: [collection], query: 'who eats carrots', filter });
  assert.deepEqual([...new Set(results.map((result) => result.passage.document_id))], ['zoo.md']);
  await unary(retrieval, 'DeleteCollection', { name: collection });
});

test('inference: a generation streams and ends', async () => {
  const events = await collect(inference.Generate({ chat: { messages: [{ role: 'CHAT_ROLE_USER', content: 'hello' }] }, sampling: { temperature: 0 } }));
  assert.equal(events[0].event, 'started');
  const text = events.filter((event) => event.tokens).map((event) => event.tokens.text).join('');
  assert.match(text, /^Hello!/);
  assert.equal(events.at(-1).finished.reason, 'FINISH_REASON_STOP');
});

test('inference: a cancelled generation frees its slot', async () => {
  const call = inference.Generate({ chat: { messages: [{ role: 'CHAT_ROLE_USER', content: 'hello' }] }, ignore_end: true, max_tokens: 1500 });
  await assert.rejects(async () => {
    for await (const event of call) if (event.tokens) call.cancel();
  }, { code: grpc.status.CANCELLED });

  for (let attempt = 0; ; attempt++) {
    const { engines } = await unary(inference, 'GetStatus', {});
    if (engines.every((engine) => engine.slots_used === 0)) break;
    assert.ok(attempt < 200, 'the slot is still in use');
  }
});

test('inference: bad sampling is refused by name', async () => {
  await assert.rejects(collect(inference.Generate({ text: 'x', sampling: { temperature: Number.NaN } })), (error) => {
    assert.equal(error.code, grpc.status.INVALID_ARGUMENT);
    assert.deepEqual(error.metadata.get('x-millrace-reason'), ['invalid_argument']);
    return true;
  });
});

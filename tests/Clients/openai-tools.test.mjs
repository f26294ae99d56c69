import assert from 'node:assert/strict';
import { test } from 'node:test';
import OpenAI from 'openai';
import { zodResponseFormat } from 'openai/helpers/zod';
import { z } from 'zod';
import { apiKey, baseUrl, scripted, weather, weatherSaid } from './environment.mjs';

const client = new OpenAI({ baseURL: baseUrl, apiKey, maxRetries: 0 });
const parameters = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'], additionalProperties: false };
const tool = { type: 'function', function: { name: 'weather', description: 'Tells the weather of a city.', parameters } };
const question = { role: 'user', content: 'How is the weather in Rome?' };

test('tools: a call, its result, and the answer that tells it', async () => {
  const called = await client.chat.completions.create({ model: scripted, messages: [question], tools: [tool] });
  const [{ finish_reason: reason, message }] = called.choices;
  assert.equal(reason, 'tool_calls');
  assert.equal(message.content, null);
  const [call] = message.tool_calls;
  assert.deepEqual([call.type, call.function.name, JSON.parse(call.function.arguments)], ['function', 'weather', { city: 'Rome' }]);

  const result = { role: 'tool', tool_call_id: call.id, content: await weather(JSON.parse(call.function.arguments)) };
  const told = await client.chat.completions.create({ model: scripted, messages: [question, message, result], tools: [tool] });
  assert.equal(told.choices[0].finish_reason, 'stop');
  assert.match(told.choices[0].message.content, weatherSaid);
});

test('tools: a streamed call is put together by its index', async () => {
  const stream = await client.chat.completions.create({ model: scripted, messages: [question], tools: [tool], stream: true });
  const calls = [];
  const reasons = [];
  for await (const { choices: [choice] } of stream) {
    for (const { index, id, function: { name, arguments: piece } } of choice?.delta.tool_calls ?? []) {
      calls[index] ??= { id, name, arguments: '' };
      calls[index].arguments += piece ?? '';
    }
    if (choice?.finish_reason) reasons.push(choice.finish_reason);
  }
  assert.deepEqual(calls.map((call) => [call.name, JSON.parse(call.arguments)]), [['weather', { city: 'Rome' }]]);
  assert.ok(calls[0].id.length > 0);
  assert.deepEqual(reasons, ['tool_calls']);
});

test('tools: the SDK runs them by itself, whole and streamed', async () => {
  const runnable = { ...tool, function: { ...tool.function, parse: JSON.parse, function: weather } };
  for (const stream of [false, true]) {
    const runner = client.chat.completions.runTools({ model: scripted, messages: [question], tools: [runnable], stream });
    assert.match(await runner.finalContent(), weatherSaid);
  }
});

test('tools: one by name is called, and with none nothing is', async () => {
  const ask = (choice) => client.chat.completions.create({ model: scripted, messages: [question], tools: [tool], tool_choice: choice });
  const named = await ask({ type: 'function', function: { name: 'weather' } });
  assert.equal(named.choices[0].message.tool_calls[0].function.name, 'weather');
  const none = await ask('none');
  assert.equal(none.choices[0].finish_reason, 'stop');
  await assert.rejects(ask({ type: 'function', function: { name: 'missing' } }), OpenAI.BadRequestError);
});

test('tools: a model that runs here refuses them by name', async () => {
  await assert.rejects(client.chat.completions.create({ model: 'tiny-rag-chat', messages: [question], tools: [tool] }), (error) => {
    assert.ok(error instanceof OpenAI.BadRequestError, `${error.constructor.name}: ${error.message}`);
    assert.deepEqual([error.code, error.param], ['invalid_argument', 'tools']);
    return true;
  });
});

test('answers in JSON: the SDK parses what a schema asked for', async () => {
  const format = zodResponseFormat(z.object({ city: z.string() }), 'place');
  const completion = await client.chat.completions.parse({ model: scripted, messages: [question], response_format: format });
  assert.deepEqual(completion.choices[0].message.parsed, { city: 'Rome' });
});

test('responses: a function call and its output', async () => {
  const tools = [{ type: 'function', name: 'weather', description: 'Tells the weather of a city.', parameters, strict: true }];
  const called = await client.responses.create({ model: scripted, input: question.content, tools });
  const call = called.output.find((item) => item.type === 'function_call');
  assert.deepEqual([call.name, JSON.parse(call.arguments)], ['weather', { city: 'Rome' }]);
  const output = { type: 'function_call_output', call_id: call.call_id, output: await weather(JSON.parse(call.arguments)) };
  const told = await client.responses.create({ model: scripted, input: [output], previous_response_id: called.id, tools });
  assert.match(told.output_text, weatherSaid);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { APICallError, Output, embed, embedMany, generateText, stepCountIs, streamText, tool } from 'ai';
import { z } from 'zod';
import { answerable, apiKey, assistant, baseUrl, scripted, weather, weatherSaid } from './environment.mjs';

const millrace = createOpenAICompatible({ name: 'millrace', baseURL: baseUrl, apiKey, includeUsage: true, supportsStructuredOutputs: true });
const tools = { weather: tool({ description: 'Tells the weather of a city.', inputSchema: z.object({ city: z.string() }), execute: weather }) };
const question = 'How is the weather in Rome?';

test('generateText: a grounded answer with its usage', async () => {
  const { text, finishReason, usage } = await generateText({ model: millrace(assistant), prompt: answerable, maxRetries: 0 });
  assert.match(text, /\[1\]/);
  assert.equal(finishReason, 'stop');
  assert.ok(usage.inputTokens > 0 && usage.outputTokens > 0);
});

test('streamText: the same text, its end and its usage', async () => {
  const whole = await generateText({ model: millrace(assistant), prompt: answerable, maxRetries: 0 });
  const streamed = streamText({ model: millrace(assistant), prompt: answerable, maxRetries: 0 });
  let text = '';
  for await (const delta of streamed.textStream) text += delta;
  assert.equal(text, whole.text);
  assert.equal(await streamed.finishReason, 'stop');
  assert.ok((await streamed.usage).outputTokens > 0);
});

test('tools: called and told, whole and streamed', async () => {
  const settings = { model: millrace(scripted), prompt: question, tools, stopWhen: stepCountIs(3), maxRetries: 0 };
  const whole = await generateText(settings);
  assert.deepEqual(whole.steps[0].toolCalls.map((call) => [call.toolName, call.input]), [['weather', { city: 'Rome' }]]);
  assert.match(whole.text, weatherSaid);
  assert.equal(whole.steps.length, 2);
  assert.match(await streamText(settings).text, weatherSaid);
});

test('objects: an answer of a schema', async () => {
  const output = Output.object({ schema: z.object({ city: z.string() }) });
  const answer = await generateText({ model: millrace(scripted), prompt: question, output, maxRetries: 0 });
  assert.deepEqual(answer.output, { city: 'Rome' });
});

test('embed: one text and several', async () => {
  const model = millrace.embeddingModel('tiny-embed');
  const { embedding, usage } = await embed({ model, value: 'How do I get my money back?', maxRetries: 0 });
  assert.equal(embedding.length, 256);
  assert.ok(usage.tokens > 0);
  const { embeddings } = await embedMany({ model, values: ['How do I get my money back?', 'Can I request a refund?'], maxRetries: 0 });
  assert.equal(embeddings.length, 2);
});

test('errors: an unknown model is told with its status, and is not tried again', async () => {
  await assert.rejects(generateText({ model: millrace('no-such-model'), prompt: 'x', maxRetries: 2 }), (error) => {
    assert.ok(APICallError.isInstance(error), `${error.constructor.name}: ${error.message}`);
    assert.deepEqual([error.statusCode, error.isRetryable], [404, false]);
    assert.match(error.message, /no-such-model/);
    return true;
  });
});

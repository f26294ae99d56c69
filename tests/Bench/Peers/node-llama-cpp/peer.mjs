// node-llama-cpp at work: as many sequences of one context as there are streams, which it batches itself. Reads one JSON object per line:
// {"prompts": [[id, ...], ...], "tokens": n}; answers each with one line of JSON. The first line says that it is ready.
import {createRequire} from "node:module";
import path from "node:path";
import process from "node:process";
import readline from "node:readline";
import {pathToFileURL} from "node:url";

// The package lies where it was installed, which is not beside this file.
const packages = createRequire(path.join(process.env.NODE_LLAMA_FOLDER, "package.json"));
const {getLlama, LlamaLogLevel} = await import(pathToFileURL(packages.resolve("node-llama-cpp")));
const settings = JSON.parse(process.argv[2]);

const llama = await getLlama({
  gpu: settings.gpu ? "cuda" : false,
  build: "never",
  logLevel: LlamaLogLevel.error,
  maxThreads: settings.threads,
});
const model = await llama.loadModel({modelPath: settings.model});
const context = await model.createContext({
  sequences: settings.streams,
  contextSize: settings.contextTokens,
  batchSize: settings.batchTokens,
  threads: {ideal: settings.threads, min: settings.threads},
});
const sequences = Array.from({length: settings.streams}, () => context.getSequence());

async function stream(sequence, prompt, count) {
  const start = performance.now();
  let tokens = 0;
  let firstTokenMs = 0;
  for await (const token of sequence.evaluate(prompt, {temperature: 0, yieldEogToken: true})) {
    if (token == null) break;
    if (++tokens === 1) firstTokenMs = performance.now() - start;
    if (tokens === count) break;
  }
  return {tokens, firstTokenMs};
}

async function round({prompts, tokens}) {
  for (const sequence of sequences) await sequence.clearHistory();
  const cpu = process.cpuUsage();
  const start = performance.now();
  const streams = await Promise.all(prompts.map((prompt, index) => stream(sequences[index], prompt, tokens)));
  const elapsedMs = performance.now() - start;
  const used = process.cpuUsage(cpu);
  return {
    elapsedMs,
    cpuMs: (used.user + used.system) / 1000,
    tokens: streams.reduce((sum, {tokens}) => sum + tokens, 0),
    firstTokenMs: streams.map(({firstTokenMs}) => firstTokenMs),
  };
}

console.log(JSON.stringify({ready: true}));
for await (const line of readline.createInterface({input: process.stdin})) console.log(JSON.stringify(await round(JSON.parse(line))));
process.exit(0);

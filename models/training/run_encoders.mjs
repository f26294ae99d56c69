// usage: node run_encoders.mjs embed|rerank MODEL.gguf CASES.json OUT.json   Environment: THREADS (1)
// embed: CASES is a list of texts, with ids to compare the tokens where given; OUT holds the vectors in base64 (float32).
// rerank: CASES is a list of {query, passages}; OUT holds one list of scores each.
import {getLlama} from "node-llama-cpp"; import fs from "fs";
const [,, kind, model, cases, out] = process.argv;
const input = JSON.parse(fs.readFileSync(cases));
const threads = +(process.env.THREADS ?? 1);
const llama = await getLlama({gpu: false, build: "never", logLevel: "error"});
const loaded = await llama.loadModel({modelPath: model});
const tokens = text => Array.from(loaded.tokenize(text, false));
let count = 0;

async function embed() {
    const context = await loaded.createEmbeddingContext({contextSize: 512, threads});
    const vectors = [];
    for (const text of input.texts) {
        const ids = tokens(text).slice(0, 500);
        count += ids.length + 2;
        vectors.push(...(await context.getEmbeddingFor(ids)).vector);
    }
    return {vectors: Buffer.from(new Float32Array(vectors).buffer).toString("base64")};
}

async function rerank() {
    const context = await loaded.createRankingContext({contextSize: 512, threads});
    const scores = [];
    for (const {query, passages} of input.questions) {
        const row = [];
        for (const passage of passages) {
            const ids = tokens(passage).slice(0, 256);
            count += tokens(query).length + ids.length + 4;
            row.push(await context.rank(query, loaded.detokenize(ids)));
        }
        scores.push(row);
    }
    return {scores};
}

const differing = (input.ids ?? []).filter((want, i) => JSON.stringify(tokens(input.texts[i])) !== JSON.stringify(want)).length;
const start = Date.now();
const result = kind === "embed" ? await embed() : await rerank();
result.perSecond = Math.round(count / ((Date.now() - start) / 1000));
result.differing = differing;
fs.writeFileSync(out, JSON.stringify(result));
console.log(kind, "tokens", count, "tokens/s", result.perSecond, "texts tokenised differently", differing);
process.exit(0);

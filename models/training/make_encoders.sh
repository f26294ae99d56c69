#!/usr/bin/env bash
# Makes tiny-embed.gguf and tiny-rerank.gguf from nothing: fetch -> pairs -> train -> export -> evaluate (steps 11 to 21 of README.md but 18).
# Environment: MILLRACE_TRAINING_DIR, MILLRACE_NODE_DIR, MILLRACE_PUBLIC_SET (README.md); PYTHON (python3).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
export MILLRACE_TRAINING_DIR=${MILLRACE_TRAINING_DIR:-$here/work}
work=$MILLRACE_TRAINING_DIR
python=${PYTHON:-python3}
. "$here/env.sh"
cd "$here"

./fetch.sh
"$python" sections.py
"$python" harvest.py
"$python" vocab.py

OUT=first.npy LR=.015 "$python" train_static.py 600
START=first.npy SEED=2 LR=.012 "$python" train_static.py 1250
"$python" static_bert.py static.npy embed.pt 1 64
"$python" export_bert.py embed q8 "$here/../tiny-embed.gguf"

"$python" rank_start.py static.npy
"$python" export_bert.py rerank q8 "$here/../tiny-rerank.gguf"
"$python" catalog.py

cp "$here/run_encoders.mjs" "${MILLRACE_NODE_DIR:?set it to the folder where node-llama-cpp is installed}/"
"$python" evaluate.py embed-cases
node "$MILLRACE_NODE_DIR/run_encoders.mjs" embed "$here/../tiny-embed.gguf" "$work/verify/embed.json" "$work/verify/embed.out.json"
"$python" evaluate.py rerank-cases
node "$MILLRACE_NODE_DIR/run_encoders.mjs" rerank "$here/../tiny-rerank.gguf" "$work/verify/rerank.json" "$work/verify/rerank.out.json"
"$python" evaluate.py report

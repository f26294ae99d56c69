#!/usr/bin/env bash
# Exports a checkpoint, answers the evaluation prompts with llama.cpp (greedy) and scores them.  usage: check.sh CKPT NTH SHOW
# Environment: Q (q8 or f16), THREADS (1), MILLRACE_TRAINING_DIR, MILLRACE_NODE_DIR (README.md).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=${MILLRACE_TRAINING_DIR:-$here/work}
. "$here/env.sh"
python3 "$here/export_chat.py" "${Q:-q8}" "$work/check.gguf" "$1"
python3 "$here/eval_chat.py" pack "$2"
cp "$here/verify_chat.mjs" "${MILLRACE_NODE_DIR:?set it to the folder where node-llama-cpp is installed}/"
THREADS=${THREADS:-1} node "$MILLRACE_NODE_DIR/verify_chat.mjs" "$work/check.gguf" "$work/verify/cases.json" "$work/verify/out_check.json"
python3 "$here/eval_chat.py" score "$work/verify/out_check.json" "$2" "$3"

#!/usr/bin/env python3
"""Compare greedy answers of PyTorch (float32) with llama.cpp's on the first N evaluation prompts.  usage: parity_chat.py CKPT OUT.json N"""
import sys, json, torch, bpe, gen, work
from chatmodel import Chat
tok = bpe.BPE(gen.DATA + '/bpe.json'); m = Chat(tok.tokens); m.load_state_dict(torch.load(sys.argv[1])['m'], strict=False); m.set_dt(torch.float32); m._E = m.emb.weight().detach()
cs = json.load(open(work.VERIFY + '/cases.json'))['prompts']; out = json.load(open(sys.argv[2])); N = int(sys.argv[3]); step = max(1, len(cs) // N); same = n = 0; tt = ts = 0
for c, o in list(zip(cs, out))[::step][:N]:
    g = m.generate(c['ids'], tok.id['<|im_end|>'], 120); n += 1; same += g == o['ids']; k = sum(a == b for a, b in zip(g, o['ids'])); tt += max(len(g), len(o['ids'])); ts += k
    if g != o['ids']: print('DIFF', repr(tok.decode(g)), '|', repr(tok.decode(o['ids'])))
print(f'greedy answers identical {same}/{n}; tokens equal {ts}/{tt}')

#!/usr/bin/env python3
"""Step 8: train tiny-rerank (cross-encoder, list-wise softmax + BCE; negatives from BM25 and from the same document).
usage: train_rerank.py MINUTES  -> rerank.pt   (starts from the encoder of embed.pt when there is one)"""
import sys, time, random, os, pickle, glob, numpy as np, torch, torch.nn.functional as F
import gen, muon, work
from bertmodel import Bert, WordPiece
torch.set_num_threads(2); torch.manual_seed(3); R = random.Random(3); MIN = float(sys.argv[1]); OUT = work.path('rerank.pt')
wp = WordPiece(); m = Bert(wp.vocab, rank=True)
try: print(m.load_state_dict(torch.load(work.path('embed.pt'))['m'], strict=False).missing_keys)
except FileNotFoundError: print('from scratch')
hid = [p for b in m.blocks for p in (b.qkv, b.o, b.up, b.dn)] + [m.cls]; hs = {id(p) for p in hid}; rest = [p for p in m.parameters() if id(p) not in hs]
om = muon.Muon(hid, lr=.006, splits={id(b.qkv): 3 for b in m.blocks}); oa = torch.optim.AdamW(rest, lr=1e-3, betas=(.9, .98), weight_decay=0)
data = [g for f in sorted(glob.glob(gen.DATA + '/rank/*.pkl')) for g in pickle.load(open(f, 'rb'))]; print('queries', len(data)); R.shuffle(data); K = 8
def join(q, p): # the four layouts that llama.cpp clients produce
    q, p = q.tolist()[:64], p.tolist()[:180]; k = R.random()
    return [wp.CLS] + q + [wp.SEP] + ([wp.SEP] if k < .4 else [wp.CLS] if k < .7 else []) + p + ([wp.SEP] if k < .9 else [])
t0 = time.time(); el = lambda: (time.time() - t0) / 60; i = step = 0; log = []
while el() < MIN:
    qs = [data[(i + j) % len(data)] for j in range(24)]; i += 24; seqs = []
    for q, p, negs in qs: ns = negs if len(negs) >= K - 1 else negs + [R.choice(R.choice(data)[2]) for _ in range(K - 1 - len(negs))]; seqs += [join(q, p)] + [join(q, n) for n in R.sample(ns, K - 1)]
    fr = el() / MIN; lr = min(1, (step + 1) / 20) * (1 if fr < .4 else max(.05, (1 - fr) / .6)); om.lr = .006 * lr
    for x in oa.param_groups: x['lr'] = 1e-3 * lr
    o = sorted(range(len(seqs)), key=lambda k: len(seqs[k])); sc = []
    for j in range(0, len(o), 64):
        part = [seqs[k] for k in o[j:j + 64]]; T = max(map(len, part)); ids = torch.zeros(len(part), T, dtype=torch.long)
        for k, x in enumerate(part): ids[k, :len(x)] = torch.tensor(x)
        sc.append(m.score(ids, torch.tensor([len(x) for x in part])))
    s = torch.cat(sc); inv = torch.empty(len(o), dtype=torch.long); inv[torch.tensor(o)] = torch.arange(len(o)); s = s[inv].view(-1, K); y = torch.zeros_like(s); y[:, 0] = 1
    l1 = F.cross_entropy(s, torch.zeros(len(s), dtype=torch.long)); l2 = F.binary_cross_entropy_with_logits(s, y, weight=torch.where(y > 0, 1.0, .35)); (l1 + l2).backward()
    torch.nn.utils.clip_grad_norm_(rest, 1.0); om.step(); oa.step(); om.zero_grad(); oa.zero_grad(set_to_none=True); step += 1; log.append((float(l1), float(l2), float((s.argmax(1) == 0).float().mean())))
    if step % 20 == 0: x = np.mean(log[-20:], 0); print(f'{el():.1f}m step {step} list {x[0]:.3f} bce {x[1]:.3f} top1 of {K} {x[2]:.3f} queries {i}', flush=True)
    if step % 150 == 0: torch.save(dict(m=m.state_dict()), OUT)
torch.save(dict(m=m.state_dict(), minutes=el(), step=step), OUT); print('done', step, i)

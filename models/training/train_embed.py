#!/usr/bin/env python3
"""Step 7: train tiny-embed (in-batch contrastive, both directions).  usage: train_embed.py MINUTES  -> embed.pt"""
import sys, time, random, os, pickle, glob, numpy as np, torch, torch.nn.functional as F
import gen, muon, work
from bertmodel import Bert, WordPiece, pad
torch.set_num_threads(2); torch.manual_seed(2); R = random.Random(2); MIN = float(sys.argv[1]); OUT = work.path('embed.pt')
wp = WordPiece(); m = Bert(wp.vocab)
hid = [p for b in m.blocks for p in (b.qkv, b.o, b.up, b.dn)]; hs = {id(p) for p in hid}; rest = [p for p in m.parameters() if id(p) not in hs]
om = muon.Muon(hid, lr=.01, splits={id(b.qkv): 3 for b in m.blocks}); oa = torch.optim.AdamW(rest, lr=2e-3, betas=(.9, .98), weight_decay=0); ls = torch.nn.Parameter(torch.tensor(np.log(1 / .06), dtype=torch.float)); ol = torch.optim.Adam([ls], lr=1e-2)
print('params', sum(p.numel() for p in hid) + len(wp.vocab) * m.C['d'] + m.pos.numel())
groups = [g for f in sorted(glob.glob(gen.DATA + '/pairs/*.pkl')) for g in pickle.load(open(f, 'rb'))]; print('groups', len(groups)); R.shuffle(groups)
def enc(side, ids): # [CLS] ... [SEP]
    return [[wp.CLS] + x.tolist()[:180] + [wp.SEP] for x in ids]
def embed(seqs, off):
    o = sorted(range(len(seqs)), key=lambda i: len(seqs[i])); out = []; n = 128
    for i in range(0, len(o), n): ids, ln = pad([seqs[k] for k in o[i:i + n]]); out.append(m.embed(ids, ln, off))
    e = torch.cat(out); inv = torch.empty(len(o), dtype=torch.long); inv[torch.tensor(o)] = torch.arange(len(o)); return e[inv]
t0 = time.time(); el = lambda: (time.time() - t0) / 60; gi = 0; step = 0; log = []
while el() < MIN:
    qs, ps, tgt, keys = [], [], [], []
    while len(qs) < 256:
        g = groups[gi % len(groups)]; gi += 1; base = len(ps); ps += g[1]
        for q, i, k in g[0][:6]: qs.append(q); tgt.append(base + i); keys.append(k)
    fr = el() / MIN; lr = min(1, (step + 1) / 20) * (1 if fr < .4 else max(.05, (1 - fr) / .6)); om.lr = .01 * lr
    for x in oa.param_groups: x['lr'] = 2e-3 * lr
    off = 0 if R.random() < .6 else R.randint(0, 300); a = embed(enc(0, qs), off); b = embed(enc(1, ps), off); t = torch.tensor(tgt); S = a @ b.T * ls.exp().clamp(max=60)
    # mask false negatives: same generic fact key elsewhere in the batch
    bykey = {}
    for i, k in enumerate(keys):
        if k and k.endswith(':any'): bykey.setdefault(k, []).append(i)
        elif k: bykey.setdefault(k + ':any', []).append(-i - 1)
    M = torch.zeros_like(S)
    for v in bykey.values():
        pos = [i if i >= 0 else -i - 1 for i in v]
        for i in v:
            if i >= 0:
                for j in pos:
                    if tgt[j] != tgt[i]: M[i, tgt[j]] = -1e4
    S = S + M; l1 = F.cross_entropy(S, t); c = torch.zeros(len(ps), len(qs)); 
    # passage -> question: only one (random) question per passage
    order = list(range(len(qs))); R.shuffle(order); pick = {tgt[i]: i for i in order}; pi = torch.tensor(sorted(pick)); qi = torch.tensor([pick[int(x)] for x in pi])
    S2 = S.T[pi][:, qi]; l2 = F.cross_entropy(S2, torch.arange(len(pi))); loss = l1 + .5 * l2; loss.backward()
    torch.nn.utils.clip_grad_norm_(rest, 1.0); om.step(); oa.step(); ol.step(); om.zero_grad(); oa.zero_grad(set_to_none=True); ol.zero_grad(); step += 1
    log.append((float(l1), float(l2), float((S.argmax(1) == t).float().mean())))
    if step % 20 == 0: x = np.mean(log[-20:], 0); print(f'{el():.1f}m step {step} loss {x[0]:.3f} {x[1]:.3f} in-batch top1 {x[2]:.3f} scale {float(ls.exp()):.1f} pairs {gi} passages/batch {len(ps)}', flush=True)
    if step % 150 == 0: torch.save(dict(m=m.state_dict()), OUT)
torch.save(dict(m=m.state_dict(), minutes=el(), step=step), OUT); print('done', step, gi)

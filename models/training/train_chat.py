#!/usr/bin/env python3
"""Step 4: train tiny-rag-chat.  usage: train_chat.py MINUTES [--resume]   (writes chat.pt)"""
import sys, time, glob, pickle, random, math, numpy as np, torch, torch.nn.functional as F, os
import gen, bpe, muon, work
from chatmodel import Chat, CFG
from chatdata import prefix_text, SYSTEMS
torch.set_num_threads(2); torch.manual_seed(1); R = random.Random(5); NR = np.random.default_rng(5)
MIN = float(sys.argv[1]); OUT = os.environ.get('CHAT_OUT', work.path('chat.pt')); AGGL, SEL, CPY = 1, 3, 4
tok = bpe.BPE(gen.DATA + '/bpe.json'); m = Chat(tok.tokens)
resume = '--resume' in sys.argv
with torch.no_grad():  # some heads start as similarity heads: key = query map, slow rotations first
    for L, hs in ((1, (3,)), (2, (0, 1, 2)), (3, (0, 1, 2))):
        w = m.blocks[L].qkv; d = CFG['d']; hd = d // CFG['H']
        for h in hs:
            x = torch.randn(hd, d) * d ** -.5; x[:hd // 2] *= .3; w[h * hd:(h + 1) * hd] = x; w[d + h * hd:d + (h + 1) * hd] = x
if resume: m.load_state_dict(torch.load(OUT)['m'], strict=False); print('resumed')
pre = [torch.tensor(tok.encode(prefix_text(k))) if SYSTEMS[k] else None for k in range(len(SYSTEMS))]
hid = [p for b in m.blocks for p in (b.qkv, b.o, b.gu, b.dn)]; split = {}
for b in m.blocks: split[id(b.qkv)] = 3; split[id(b.gu)] = 2
hs = {id(p) for p in hid}; rest = [p for p in m.parameters() if id(p) not in hs]
om = muon.Muon(hid, splits=split); oa = torch.optim.AdamW(rest, lr=3e-3, betas=(.9, .98), weight_decay=0.0)
print('params', sum(p.numel() for p in hid) + len(tok.tokens) * CFG['d'])
def load(stage, used):
    fs = [f for f in sorted(glob.glob(f'{gen.DATA}/chat2/s{stage}_*.pkl')) if f not in used]
    used += fs; return [d for f in fs for d in pickle.load(open(f, 'rb'))]
def batches(data, budget):
    """group by system prompt and length, then shuffle the batches"""
    out = []; by = {}
    for d in data: by.setdefault(d['sys'], []).append(d)
    for k, ds in by.items():
        R.shuffle(ds); ds = [x for i in range(0, len(ds), 2048) for x in sorted(ds[i:i + 2048], key=lambda d: len(d['ids']))]; cur = []
        for d in ds:
            if cur and (len(cur) + 1) * len(d['ids']) > budget: out.append((k, cur)); cur = []
            cur.append(d)
        if cur: out.append((k, cur))
    R.shuffle(out); return out
def tensors(k, ds):
    T = max(len(d['ids']) for d in ds); B = len(ds); P = 0 if pre[k] is None else len(pre[k]); Z = lambda v, t=np.int64: np.full((B, T), v, t)
    ids, pos, seg, ans, lm, aux, sid, sst, selt, selw = Z(0), Z(0), Z(255), Z(0, np.float32), Z(0, bool), Z(-1), Z(0), Z(-1), Z(-1), Z(0, np.float32)
    for i, d in enumerate(ds):
        n = len(d['ids']); ids[i, :n] = d['ids']; p = d['pos'].astype(np.int64).copy(); seg[i, :n] = d['seg']
        if d['brk'] and R.random() < .3:  # random position gaps at chunk borders: practice for longer contexts
            for b in d['brk']: p[b:] += R.randint(0, 1400 // len(d['brk']))
        pos[i, :n] = p; ans[i, :n] = d['ans']; aux[i, :n] = d['aux']; sid[i, :n] = d['sid']; sst[i, :n] = d['sst']; selt[i, :n] = d['selt']; selw[i, :n] = d['selw']
        x = (NR.random(n) < .08) & (d['ans'] == 0); x[n - 1] = False; x[:-1] &= d['seg'][:-1] == d['seg'][1:]; lm[i, :n] = x
    t = torch.from_numpy; seg = t(seg); a = torch.arange(T)
    ok = (a[:, None] >= a[None, :]) & ((seg[:, None, :] == 0) | (seg[:, None, :] == seg[:, :, None]))
    mask = torch.zeros(B, 1, T, P + T, dtype=torch.bfloat16); mask[:, 0, :, P:].masked_fill_(~ok, -1e4)
    return t(ids), t(pos), mask, t(ans), t(lm), t(aux), t(sid), t(sst), t(selt), t(selw), P
WANT = {AGGL: slice(0, 3), 2: slice(0, 3), SEL: slice(0, 2), CPY: slice(0, 1)}
def run_step(k, ds, auxw):
    ids, pos, mask, ans, lm, aux, sid, sst, selt, selw, P = tensors(k, ds)
    h, E, got = m(ids, pos, mask, pre[k], WANT); T = ids.shape[1]; seg_ = torch.where(sid < 0, -sid, torch.where(sid >= 200, sid, 0)); last = torch.zeros(())
    ix = ((ans > 0) | lm).view(-1).nonzero().squeeze(1); ix = ix[ix % T < T - 1]
    hh = h.view(-1, h.shape[-1])[ix]; tgt = ids.view(-1)[ix + 1]; aw = ans.view(-1)[ix]
    logit = F.linear(hh.bfloat16(), E.bfloat16()).float(); ce = F.cross_entropy(logit, tgt, reduction='none'); isa = aw > 0
    loss = (ce * torch.where(isa, aw, torch.tensor(.15))).sum() / isa.sum().clamp(min=1)
    with torch.no_grad(): hit = logit.argmax(-1) == tgt; acc = hit[isa].float().mean(); fa = hit[aw == 5].float().mean()
    z = torch.zeros(()); al = sl = st = ag = dp = z
    b, t = (aux >= 0).nonzero(as_tuple=True)
    if len(b): al = -(got[CPY][b, 0, t, P + aux[b, t]].float() + 1e-4).log().mean()
    b, t = (selt >= 0).nonzero(as_tuple=True)
    if len(b):
        w = selw[b, t]; w = w / w.sum(); j = P + selt[b, t]
        for g in (got[2][:, 0], got[2][:, 1], got[SEL][:, 0], got[SEL][:, 1]): s1 = -((g[b, t, j].float() + 1e-4).log() * w).sum(); sl = sl + s1 / 4; last = s1
        b, t = (sst >= 0).nonzero(as_tuple=True); st = -(got[AGGL][b, 0, t, P + sst[b, t]].float() + 1e-4).log().mean()
        # question words look up the same word (by stem) in the context
        stem = m.emb.ix_b[ids]; pr = (stem[:, :, None] == stem[:, None, :]) & (sid >= 200)[:, :, None] & ((sid > 0) & (sid < 200))[:, None, :]
        nm = pr.sum(-1); rows = (nm > 0) & (nm <= 5); md = (got[2][:, 2, :, P:] * pr).sum(-1)[rows].float()
        if len(md): dp = -(md.clamp(max=1) + 1e-3).log().mean()
        same = (sid.abs()[:, :, None] == sid[:, None, :]) & (sid != 0)[:, :, None]; tri = torch.arange(T); same &= tri[:, None] >= tri[None, :]; same &= (seg_[:, None, :] == 0) | (seg_[:, None, :] == seg_[:, :, None])
        if AGW:
         b, t, u = same.nonzero(as_tuple=True); cnt = same.sum(-1).float()[b, t]; nrow = (cnt ** -1).sum()
         for hh_ in (1, 2): ag = ag - (((got[AGGL][:, hh_][b, t, P + u].float() + 1e-4).log() + cnt.log()) / cnt).sum() / nrow / 2  # uniform over the own sentence
    (loss + auxw * (al + 2 * sl + .3 * st + AGW * ag + .4 * dp)).backward()
    return float(ce[isa].detach().mean()), float(acc), float(fa), float(al), float(last.detach()) , float(st), float(dp), ids.numel()
t0 = time.time(); el = lambda: (time.time() - t0) / 60; FLAT = float(os.environ.get('FLAT', .3)); AGW = float(os.environ.get('AGW', .3)); used = []; step = 0; tokens = 0; log = []
PLAN = os.environ.get('PLAN'); plan = [(int(x.split(':')[0]), float(x.split(':')[1])) for x in PLAN.split(',')] if PLAN else [(2, 1.0)] if resume else [(9, .12), (0, .25), (1, .55), (2, 1.0)]
LRS = float(os.environ.get('LRS', 1 if not resume else .5)); LRM, LRA = 0.014 * LRS, 2e-3 * float(os.environ.get('LRSA', LRS))
def save(): torch.save(dict(m=m.state_dict(), step=step, minutes=el(), tokens=tokens), OUT + '.tmp'); os.replace(OUT + '.tmp', OUT)
lastsave = 0; pool = []
for stage, frac in plan:
    pool = []; i = 0; bs = []
    while el() < MIN * frac:
        if i >= len(bs):
            new = load(stage, used); pool += new
            if stage == 2 and not pool: time.sleep(5); continue
            bs = batches(new if len(new) > 500 else pool, 6144); i = 0; print('stage', stage, 'samples', len(pool), 'batches', len(bs), flush=True)
            if not bs: break
        fr = el() / MIN; lr = min(1, (step + 1) / 40) * (1 if fr < FLAT else max(.02, (1 - fr) / (1 - FLAT)))
        om.lr = LRM * lr
        for g in oa.param_groups: g['lr'] = LRA * lr
        s0 = time.time(); r = run_step(*bs[i], auxw=.4 if fr < .85 else .2); i += 1
        torch.nn.utils.clip_grad_norm_(rest, 1.0); om.step(); oa.step(); om.zero_grad(); oa.zero_grad(set_to_none=True); step += 1; tokens += r[-1]; log.append(r)
        if step % 20 == 0:
            a = np.nanmean([x[:7] for x in log[-20:]], 0); print(f'{el():.1f}m step {step} st{stage} ce {a[0]:.3f} acc {a[1]:.3f} first {a[2]:.3f} copy {a[3]:.2f} sel {a[4]:.2f} start {a[5]:.2f} dup {a[6]:.2f} tok/s {tokens / el() / 60:.0f} lr {lr:.2f} {time.time() - s0:.2f}s', flush=True)
        if el() - lastsave > 3: save(); lastsave = el()
save(); print('done', step, tokens, el())

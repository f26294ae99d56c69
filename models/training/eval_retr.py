#!/usr/bin/env python3
"""Step 10: retrieval evaluation on held-out passages: BM25, tiny-embed, tiny-rerank; and parity files for llama.cpp.
usage: eval_retr.py embed|rerank|pack   (pack writes verify/bert_cases.json; eval_retr.py parity OUT.json compares)"""
import sys, json, random, numpy as np, torch
import gen, pairdata, work
from bertmodel import Bert, WordPiece, pad
import os; torch.set_num_threads(int(os.environ.get('THREADS', 2)))
def corpora():
    """three held-out corpora: unseen template domains/actions, seen templates with new values, unseen real documents"""
    out = {}
    for name, split, kind in (('heldout-template', 'hold', 's'), ('seen-template-new-values', 'train', 's'), ('heldout-prose', 'hold', 'p')):
        P = pairdata.Pairs(777 if split == 'hold' else 778, split); ps, qs = [], []
        if name == 'heldout-template': P.g.doms = [d for d in gen.DOMS if d['holdout']] * 2 + [gen.BYNAME['generic']] * 4
        while len(ps) < 1500:
            q, p = P.synth() if kind == 's' else P.prose()
            q = [x for x in q if x[2] is None or not x[2].endswith(':any')]
            qs += [(x[0], len(ps) + x[1]) for x in q]; ps += p
        r = random.Random(1); r.shuffle(qs); out[name] = (qs[:500], ps)
    return out
def load(kind):
    wp = WordPiece(); m = Bert(wp.vocab, rank=kind == 'rerank'); m.load_state_dict(torch.load(work.path(f'{kind}.pt'))['m'], strict=False); m.eval(); return wp, m
@torch.no_grad()
def emb(wp, m, texts):
    out = []
    for i in range(0, len(texts), 64): ids, ln = pad([[wp.CLS] + wp.encode(t)[:300] + [wp.SEP] for t in texts[i:i + 64]]); out.append(m.embed(ids, ln))
    return torch.cat(out)
@torch.no_grad()
def rank(wp, m, q, ps):
    a = wp.encode(q); ids, ln = pad([[wp.CLS] + a + [wp.SEP, wp.SEP] + wp.encode(p)[:300] + [wp.SEP] for p in ps]); return m.score(ids, ln).float().numpy()
def rec(ranks): r = np.array(ranks); return ' '.join(f'R@{k} {np.mean(r < k):.3f}' for k in (1, 5, 20)) + f' MRR@10 {np.mean(np.where(r < 10, 1 / (r + 1), 0)):.3f}'
def main():
    cmd = sys.argv[1]; C = corpora() if cmd != 'parity' else {}
    if len(sys.argv) > 2 and cmd in ('embed', 'rerank'): C = {sys.argv[2]: C[sys.argv[2]]}
    if cmd in ('embed', 'rerank'): wp, m = load(cmd)
    if cmd == 'embed':
        for n, (qs, ps) in C.items():
            f = pairdata.bm25(ps); S = (emb(wp, m, [q for q, _ in qs]) @ emb(wp, m, ps).T).numpy(); rb, re_, rh = [], [], []
            for i, (q, t) in enumerate(qs):
                b = f(q); rb.append(int((b > b[t]).sum() + ((b == b[t]).sum() - 1) / 2)); re_.append(int((S[i] > S[i, t]).sum()))
                h = 1 / (60 + np.argsort(np.argsort(-b))) + 1 / (60 + np.argsort(np.argsort(-S[i]))); rh.append(int((h > h[t]).sum()))
            print(f'{n} ({len(qs)} queries, {len(ps)} passages)\n  BM25   {rec(rb)}\n  embed  {rec(re_)}\n  hybrid (RRF) {rec(rh)}', flush=True)
        pr = [('How do I get my money back?', 'Can I request a refund?'), ('The parcel arrives on Monday.', 'Your package will be delivered Monday.'), ('How long is the warranty?', 'What guarantee period do I get?'), ('How long is the warranty?', 'The river flows through the town.'), ('Who founded the club?', 'Clean the filter with warm water.')]
        for a, b in pr: e = emb(wp, m, [a, b]); print(f'  cos {float(e[0] @ e[1]):.3f}  {a} | {b}')
    if cmd == 'rerank':
        for n, (qs, ps) in C.items():
            f = pairdata.bm25(ps); rb, rr = [], []
            for q, t in qs[:80]:
                b = f(q); top = np.argsort(-b, kind='stable')[:20]; rb.append(int(np.where(top == t)[0][0]) if t in top else 99)
                s = rank(wp, m, q, [ps[i] for i in top]); o = top[np.argsort(-s)]; rr.append(int(np.where(o == t)[0][0]) if t in o else 99)
            print(f'{n} ({len(rb)} queries, BM25 top 20)\n  BM25   {rec(rb)}\n  rerank {rec(rr)}', flush=True)
    if cmd == 'pack':
        T = [p for _, ps in C.values() for p in ps[:40]] + [q for qs, _ in C.values() for q, _ in qs[:20]] + ['Héllo Wörld naïve', 'a-b_c d.e (f) [g]', '$1,234.56 50% C++', 'CAPS and 日本 text', 'x' * 150, "don't it's", 'tab\there\nnew line', '€5 £3 °C ½']; r = random.Random(2)
        wp = WordPiece(); d = dict(texts=T[:200], ids=[[wp.CLS] + wp.encode(t) + [wp.SEP] for t in T[:200]], pairs=[(q, ps[t]) for qs, ps in C.values() for q, t in qs[:10]] + [(q, r.choice(ps)) for qs, ps in C.values() for q, _ in qs[:10]])
        json.dump(d, open(work.VERIFY + '/bert_cases.json', 'w')); print(len(d['texts']), len(d['pairs']))
    if cmd == 'parity':
        d = json.load(open(work.VERIFY + '/bert_cases.json')); o = json.load(open(sys.argv[2]))
        if 'emb' in o: wp, m = load('embed'); m.set_dt(torch.float32); e = emb(wp, m, d['texts']); v = torch.tensor(o['emb']); v = v / v.norm(dim=1, keepdim=True); c = (e * v).sum(1); print('embedding cosine llama.cpp vs PyTorch: min %.5f mean %.5f' % (c.min(), c.mean()))
        if 'rank' in o:
            wp, m = load('rerank'); m.set_dt(torch.float32); a = 1 / (1 + np.exp(-np.array([rank(wp, m, q, [p])[0] for q, p in d['pairs']]))); b = np.array(o['rank']); print('rank score (sigmoid) max abs difference %.5f, mean %.5f' % (np.abs(a - b).max(), np.abs(a - b).mean()))
main()

#!/usr/bin/env python3
"""Optional: training data for train_rerank.py: the first 20 that BM25 and the static vectors find together in a pool of neighbouring documents.
Writes data/rank.npz: query, right passage and candidates as row numbers of tokens.npz, with each candidate's place in the fused order.
usage: mine.py STATIC.npy POOLS"""
import sys
import numpy as np
import scipy.sparse as sp
import encodata, work

POOL, BLOCKS, QUERIES, KEPT = 24_000, 12, 3_000, 20
KINDS = ('head', 'sentence', 'synopsis', 'link', 'generated', 'term')


def weights(pairs, rows, size):
    """BM25 weight of every piece in every passage of the pool, passages x pieces"""
    flat, at = encodata.ragged(pairs.t, pairs.ta, rows, 300)
    at = np.append(at.numpy(), len(flat))
    m = sp.csr_matrix((np.ones(len(flat), np.float32), flat.numpy(), at), shape=(len(rows), size))
    m.sum_duplicates()
    length = np.diff(at)
    df = np.bincount(m.indices, minlength=size)
    idf = np.log(1 + (len(rows) - df + .5) / (df + .5))
    norm = np.repeat(1.2 * (.25 + .75 * length / length.mean()), np.diff(m.indptr))
    m.data = (idf[m.indices] * m.data * 2.2 / (m.data + norm)).astype(np.float32)
    m.data[df[m.indices] > len(rows) * .2] = 0
    m.eliminate_zeros()
    return m.tocsc()


def means(table, flat, at, rows, limit):
    import torch
    ids, starts = encodata.ragged(flat, at, rows, limit)
    v = torch.nn.functional.embedding_bag(ids, table, starts).numpy()
    return v / np.maximum(1e-9, np.linalg.norm(v, axis=1, keepdims=True))


def pool(pairs, kinds, r, count):
    """Runs of passages, and the queries about them of the kinds a user would ask"""
    starts = r.integers(0, count - POOL // BLOCKS, BLOCKS)
    rows = np.unique((starts[:, None] + np.arange(POOL // BLOCKS)[None]).reshape(-1))
    asked = np.flatnonzero(np.isin(pairs.p, rows) & kinds)
    return rows, r.choice(asked, min(QUERIES, len(asked)), replace=False)


def alike(a, b):
    a, b = set(a.tolist()), set(b.tolist())
    return len(a & b) > .6 * min(len(a), len(b))


def main():
    import json, torch
    table, pairs, r = torch.from_numpy(np.load(work.path(sys.argv[1]))), encodata.Pairs(), np.random.default_rng(9)
    kinds = np.array([json.loads(x)['k'] in KINDS for x in open(work.DATA + '/queries.jsonl')])
    out = []
    for n in range(int(sys.argv[2])):
        rows, asked = pool(pairs, kinds, r, len(pairs.ta) - 1)
        words, dense = weights(pairs, rows, len(table)), means(table, pairs.t, pairs.ta, rows, 300)
        asked_dense = means(table, pairs.q, pairs.qa, asked, 64)
        place = {p: i for i, p in enumerate(rows)}
        for q, v in zip(asked, asked_dense):
            bm = np.asarray(words[:, np.unique(pairs.query(q))].sum(1)).ravel()
            fused = encodata.fuse(bm, dense @ v) if len(rows) < 200 else fused_top(bm, dense @ v)
            order = np.argsort(-fused)[:KEPT + 8]
            right = pairs.passage(pairs.p[q])
            wrong = [rows[i] for i in order if rows[i] != pairs.p[q] and not alike(pairs.passage(rows[i]), right)][:KEPT - 1]
            where = int((fused > fused[place[pairs.p[q]]]).sum())
            if where < 200 and len(wrong) == KEPT - 1:
                out.append([q, where, pairs.p[q], *wrong])
        print('pool', n, len(out), 'queries; right one first', np.mean([x[1] == 0 for x in out]), 'in 20', np.mean([x[1] < 20 for x in out]), flush=True)
        np.savez(work.DATA + '/rank.npz', rows=np.array(out))


def fused_top(a, b, depth=400):
    """encodata.fuse where only the first places of each order count"""
    fused = np.zeros(len(a))
    for s in (a, b):
        top = np.argpartition(-s, depth)[:depth]
        top = top[np.argsort(-s[top])]
        fused[top] += 1 / (61 + np.arange(depth))
    return fused


if __name__ == '__main__':
    main()

"""The tokenised pairs of vocab.py, batches of them, and retrieval figures on the held-out sets."""
import json
import numpy as np
import torch
import work


class Pairs:
    """Queries in file order; neighbours share a document, so a run of them is its own hard negatives."""

    def __init__(self, seed=1):
        z = np.load(work.DATA + '/tokens.npz')
        self.q, self.qa, self.t, self.ta, self.p, self.g = (z[k] for k in ('queries', 'queries_at', 'passages', 'passages_at', 'p', 'g'))
        self.r = np.random.default_rng(seed)
        self.starts = np.flatnonzero(np.diff(self.g[self.p], prepend=-1))
        self.count = len(self.p)

    def query(self, i):
        return self.q[self.qa[i]:self.qa[i + 1]]

    def passage(self, i):
        return self.t[self.ta[i]:self.ta[i + 1]]

    def batch(self, n, run=4):
        """n query numbers in runs of neighbours"""
        starts = self.r.integers(0, self.count - run, n // run)
        return (starts[:, None] + np.arange(run)[None]).reshape(-1)


def ragged(flat, at, rows, limit):
    """-> ids of the rows, one after another, and where each starts; rows are cut to the limit"""
    begin, length = at[rows], np.minimum(at[rows + 1] - at[rows], limit)
    offsets = np.concatenate([[0], np.cumsum(length)[:-1]])
    index = np.repeat(begin - offsets, length) + np.arange(length.sum())
    return torch.from_numpy(flat[index].astype(np.int64)), torch.from_numpy(offsets)


def held():
    return json.load(open(work.DATA + '/held.json'))


def figures(ranks):
    """ranks: 0 is best -> R@1, R@5, MRR@10, nDCG@10 of one right passage each"""
    r = np.asarray(ranks, float)
    return dict(r1=np.mean(r < 1), r5=np.mean(r < 5), mrr=np.mean(np.where(r < 10, 1 / (r + 1), 0)), ndcg=np.mean(np.where(r < 10, 1 / np.log2(r + 2), 0)))


def rank_of(scores, target):
    return int((scores > scores[target]).sum() + ((scores == scores[target]).sum() - 1) / 2)


def fuse(a, b, weight=1.0, k=60):
    """Reciprocal ranks of two score rows added; the second counts weight times."""
    place = lambda s: np.argsort(np.argsort(-s, kind='stable'), kind='stable')
    return 1 / (k + 1 + place(a)) + weight / (k + 1 + place(b))

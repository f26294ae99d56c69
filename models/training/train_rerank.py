#!/usr/bin/env python3
"""Optional: goes on from the hand-set reranker: softmax over the right passage and hard wrong ones, and a logistic loss so that the
sigmoid of the score means relevance.  The shipped file is the start itself: 70 to 260 steps of this made the dev sets no better.
usage: train_rerank.py STATIC.npy MINUTES [CHECKPOINT] -> rerank.pt   Environment: LR, QUERIES, OTHERS, THREADS, DATA, SEED, OUT.
"""
import os, sys, time
import numpy as np
import torch
import torch.nn.functional as F
import bertmodel, encodata, rank_start, work
from wordpiece import WordPiece

ENV = lambda name, value: type(value)(os.environ.get(name, value))
QUESTION, PASSAGE, TOGETHER = 40, 110, 32
# Only questions whose right passage is among the first so many: with the others it would learn that a good match is a bad sign.
FOUND = 20


def joined(q, p, wp, r):
    """The four layouts that llama.cpp's clients produce"""
    k = r.random()
    between = [wp.SEP, wp.SEP] if k < .4 else [wp.SEP, wp.CLS] if k < .7 else [wp.SEP]
    return [wp.CLS, *q.tolist()[:QUESTION], *between, *p.tolist()[:PASSAGE], *([wp.SEP] if k < .9 else [])]


def batch(pairs, rows, r, wp, queries, others):
    """queries x (right one, then others wrong ones)"""
    seqs = []
    for row in rows[r.integers(0, len(rows), queries)]:
        picked = r.choice(row[3:], others, replace=False)
        q = pairs.query(row[0])
        seqs += [joined(q, pairs.passage(i), wp, r) for i in (row[2], *picked)]
    return seqs


def scores(model, seqs, skip):
    """Scored in groups of like length, which wastes little on padding"""
    order = sorted(range(len(seqs)), key=lambda i: len(seqs[i]))
    got = [model.score(*bertmodel.pad([seqs[i] for i in order[at:at + TOGETHER]]), skip) for at in range(0, len(order), TOGETHER)]
    return torch.cat(got)[torch.from_numpy(np.argsort(order))]


def optimiser(model, lr):
    model.blocks[0].requires_grad_(False)                             # it knows where the query ends, and need not know more
    for fixed in (model.emb, model.pos, model.tt, model.en, model.enb):
        fixed.requires_grad_(False)                                   # a word that no training question has must keep its meaning
    head = [model.cls, model.clsb, model.out, model.outb]
    special = {id(p) for p in head}
    rest = [p for p in model.parameters() if p.requires_grad and id(p) not in special]
    groups = [dict(params=rest, lr=lr), dict(params=head, lr=lr * 2)]
    for g in groups:
        g['full'] = g['lr']
    return torch.optim.Adam(groups, betas=(.9, .98))


def main():
    torch.set_num_threads(ENV('THREADS', 2))
    torch.manual_seed(7)
    pairs, wp, r, minutes = encodata.Pairs(), WordPiece(), np.random.default_rng(ENV('SEED', 17)), float(sys.argv[2])
    vectors = np.load(work.path(sys.argv[1]))
    model = bertmodel.load(work.path(sys.argv[3])) if len(sys.argv) > 3 else rank_start.build(vectors, wp)
    rows = np.load(work.DATA + '/' + ENV('DATA', 'rank.npz'))['rows']
    rows = rows[rows[:, 1] < FOUND]
    adam, skip = optimiser(model, ENV('LR', 1.5e-4)), rank_start.first_block_alone(model.blocks[0])
    queries, others = ENV('QUERIES', 16), ENV('OTHERS', 7)
    begin, step, log = time.time(), 0, []
    while (done := (time.time() - begin) / 60 / minutes) < 1:
        for g in adam.param_groups:
            g['lr'] = g['full'] * min(1, (step + 1) / 20) * max(.03, 1 - done)
        s = scores(model, batch(pairs, rows, r, wp, queries, others), skip).view(queries, others + 1)
        y = torch.zeros_like(s)
        y[:, 0] = 1
        listed = F.cross_entropy(s, torch.zeros(len(s), dtype=torch.long))
        loss = listed + .3 * F.binary_cross_entropy_with_logits(s, y)
        adam.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_([p for g in adam.param_groups for p in g['params']], 1.0)
        adam.step()
        log.append((float(listed), float((s.argmax(1) == 0).float().mean())))
        step += 1
        if step % 10 == 0:
            x = np.mean(log[-40:], 0)
            print(f'{done * minutes:.1f} min step {step} list {x[0]:.3f} right one first of {others + 1} {x[1]:.3f}', flush=True)
        if step % 50 == 0:
            bertmodel.save(model, work.path(ENV('OUT', 'rerank.pt')))
    bertmodel.save(model, work.path(ENV('OUT', 'rerank.pt')))


if __name__ == '__main__':
    main()

#!/usr/bin/env python3
"""Step 17: tiny-rerank, its weights set by hand: soft keyword matching with the static vectors and what they learned of each word's weight.
usage: rank_start.py STATIC.npy -> rerank.pt   (train_rerank.py can go on from there)

Block 1: every token learns where the first [SEP] stands (attention) and so on which side of it it is itself (feed-forward).
Block 2: every token looks for tokens of the other side with a similar vector; [CLS] is where attention goes when there is none,
so the attention that does not go there says whether the word has a match.
Block 3: [CLS] averages that over the words of the query, words with long vectors counting more.  The head reads the averages.
"""
import sys
import numpy as np
import torch
import torch.nn.functional as F
import bertmodel, work
from wordpiece import WordPiece

D, HEADS, SEM = 256, 4, 192
RARE, CLS, SEP, ONE, RAMP, FIRST, SIDE = range(192, 199)
MATCH, GATHERED, SPARE = 199, 207, 254
STEPS = 96                 # positions up to which the ramp rises
SHARP, THRESHOLD = (40., 32., 40., 40.), (34., 20., 25., 24.)
OTHER_SIDE = 50.
HEAD = (.2, .2, .2, .2, 1.7, 1.6, 2.6, 3.6, -1., -1., -1., -1.)  # of the averages, from a regression on a few hundred questions
LENGTHS = (-.6, 2.1)       # logarithms between which a vector's length counts
LONG = (LENGTHS[1] - LENGTHS[0]) / 3


def weight(vectors):
    """0 to 3: the logarithm of a vector's length, which training made short for a word that says little, as those of 'what is meant by'"""
    length = np.log(np.maximum(1e-6, np.linalg.norm(vectors, axis=1)))
    return 3 * np.clip((length - LENGTHS[0]) / (LENGTHS[1] - LENGTHS[0]), 0, 1)


def table(vectors, cls, sep):
    """n x 254 static vectors -> n x 256 rows: direction, weight, flags and two spare dimensions for mean 0 and mean square 1"""
    n = len(vectors)
    rows = np.zeros((n, D), np.float32)
    direction = vectors[:, :SEM] / np.maximum(1e-6, np.linalg.norm(vectors[:, :SEM], axis=1, keepdims=True))
    rows[:, :SEM] = 12 * direction
    rows[:, RARE] = weight(vectors)
    rows[[cls, sep], :SEM] = 0
    rows[[cls, sep], RARE] = 0
    rows[cls, CLS], rows[sep, SEP], rows[:, ONE] = 3, 3, 2
    total, energy = rows.sum(1), D - (rows ** 2).sum(1)
    root = np.sqrt(np.maximum(0, 2 * energy - total ** 2))
    rows[:, SPARE], rows[:, SPARE + 1] = (-total + root) / 2, (-total - root) / 2
    return torch.from_numpy(rows)


def first_block(b):
    """FIRST = the ramp at the first [SEP]; SIDE = 3 behind it, 0 up to it"""
    q, k, v = b.qkv.chunk(3, 0)
    for m in (q, k, v):
        m[:64] = 0
    q[0, ONE], k[0, SEP], k[0, RAMP] = 4, 10, -6
    v[0, RAMP], b.o[FIRST, 0] = 1, 1
    step = 4 / STEPS
    b.up[:2] = 0
    b.up[:2, RAMP], b.up[:2, FIRST] = 4 / step, -4 / step
    b.upb[0], b.upb[1] = 0, -4
    b.dn[SIDE, 0], b.dn[SIDE, 1] = .75, -.75


@torch.no_grad()
def first_block_alone(b):
    """-> the first block as set above, computed with the one head and the two units that do anything"""
    q, k, v = (m[:1] for m in b.qkv.chunk(3, 0))

    def run(x, mask):
        scores = F.linear(x, q) * F.linear(x, k).transpose(1, 2) / 8 + mask[:, 0]
        found = torch.softmax(scores, -1) @ F.linear(x, v)
        x = F.layer_norm(x + found * b.o[:, 0], (D,), eps=bertmodel.EPS)
        h = F.gelu(F.linear(x, b.up[:2], b.upb[:2]), approximate='tanh')
        return F.layer_norm(x + F.linear(h, b.dn[:, :2]), (D,), eps=bertmodel.EPS)

    return run


def second_block(b):
    q, k, v = b.qkv.chunk(3, 0)
    for h in range(HEADS):
        at = 64 * h
        q[at:at + 64], k[at:at + 64], v[at] = 0, 0, 0
        look = torch.zeros(60, D)
        mixed = torch.linalg.qr(torch.randn(SEM, 60))[0].T * (SEM / 60) ** .5
        look[:, :SEM] = mixed if h < 2 else torch.eye(SEM)[60 * (h - 2):60 * (h - 1)] * (1.7 if h == 2 else 1.9)
        gain = (SHARP[h] * 8 / 144) ** .5
        q[at:at + 60], k[at:at + 60] = look * gain, look * gain
        q[at + 60, SIDE], q[at + 60, ONE] = 2 / 3, -.5              # -1 in the query, 1 in the passage
        k[at + 60, SIDE], k[at + 60, ONE], k[at + 60, CLS] = -2 / 3 * 8 * OTHER_SIDE, .5 * 8 * OTHER_SIDE, -8 * OTHER_SIDE / 3
        q[at + 61, ONE], k[at + 61, CLS] = .5, 8 * (OTHER_SIDE + THRESHOLD[h]) / 3
        v[at, ONE], v[at, CLS] = .5, -1 / 3
        b.o[MATCH + h, at] = 2


def third_block(b):
    q, k, v = b.qkv.chunk(3, 0)
    for h, rare in enumerate((LONG, 2 * LONG, 0.)):                       # over the query, rarity counting more or less
        at = 64 * h
        q[at], k[at], v[at:at + 4] = 0, 0, 0
        q[at, ONE] = 4
        k[at, RARE], k[at, SIDE], k[at, SEP], k[at, CLS] = rare, -7, -7, -7
        for i in range(HEADS):
            v[at + i, MATCH + i] = 1
            b.o[GATHERED + 4 * h + i, at + i] = 1.5


@torch.no_grad()
def build(vectors, wp, ff=256):
    torch.manual_seed(7)
    model = bertmodel.Bert(dict(d=D, L=3, H=HEADS, ff=ff, ctx=512), len(vectors), rank=True)
    model.emb.copy_(table(vectors, wp.CLS, wp.SEP))
    model.pos[:, RAMP] = torch.arange(512).clamp(max=STEPS) * 4 / STEPS
    for block, set_up in zip(model.blocks, (first_block, second_block, third_block)):
        block.qkv.mul_(.3)
        set_up(block)
    for i in range(12):
        model.cls[i] = 0
        model.cls[i, GATHERED + i] = .35
        model.out[0, i] = HEAD[i]
    model.outb.fill_(-4.5)
    return model


if __name__ == '__main__':
    bertmodel.save(build(np.load(work.path(sys.argv[1])), WordPiece()), work.path('rerank.pt'))

#!/usr/bin/env python3
"""Step 16: the static vectors as a BERT whose blocks add nothing yet: the mean of its outputs is the mean of the static vectors.
A layer norm would make all vectors equally long, and with that every word equally important; so two spare dimensions take up
what a short vector lacks, and the last norm's weight for them is 0.  [CLS] and [SEP] are almost nothing, but not 0, so that an empty
text still has a vector.
usage: static_bert.py STATIC.npy OUT.pt LAYERS FEED_FORWARD"""
import sys
import numpy as np
import torch
import bertmodel, work
from wordpiece import WordPiece

LONGEST = 13.0  # of 16 = sqrt(256), which leaves the spare dimensions room to make the sum 0
EDGE = .3        # length of [CLS] and [SEP], in different directions


def lengthened(vectors, wp):
    """n x 254 -> n x 256 rows of mean 0 and mean square 1"""
    length = np.linalg.norm(vectors, axis=1)
    scale = LONGEST / np.percentile(length, 99.5)
    u = vectors * (scale * np.minimum(1, LONGEST / np.maximum(length * scale, 1e-9)))[:, None]
    edges = np.random.default_rng(4).normal(size=(2, u.shape[1]))
    u[[wp.CLS, wp.SEP]] = EDGE * edges / np.linalg.norm(edges, axis=1, keepdims=True)
    total, energy = u.sum(1), 256 - (u ** 2).sum(1)
    root = np.sqrt(np.maximum(0, 2 * energy - total ** 2))
    return np.concatenate([u, ((-total + root) / 2)[:, None], ((-total - root) / 2)[:, None]], 1).astype(np.float32)


def main():
    vectors = np.load(work.path(sys.argv[1]))
    model = bertmodel.Bert(dict(d=256, L=int(sys.argv[3]), H=4, ff=int(sys.argv[4]), ctx=512), len(vectors))
    rows = lengthened(vectors, WordPiece())
    with torch.no_grad():
        model.emb.copy_(torch.from_numpy(rows))
        last = model.blocks[-1]
        last.n2[254:] = 0
        ids = torch.arange(20, 220).view(4, 50)
        got = model.embed(ids, torch.full((4,), 50))
    cosine = torch.nn.functional.cosine_similarity(got[:, :254], torch.from_numpy(vectors)[ids].mean(1))
    print('rows: mean', np.abs(rows.mean(1)).max(), 'mean square', (rows ** 2).mean(1).min(), 'cosine to the static mean', cosine.tolist())
    bertmodel.save(model, work.path(sys.argv[2]))


if __name__ == '__main__':
    main()

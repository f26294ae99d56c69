#!/usr/bin/env python3
"""Step 14: the encoders' WordPiece vocabulary (data/wordpiece.json): characters, the commonest words of the pairs, and pieces for the rest.
Also data/tokens.npz: every passage and query as token ids (flat ids, offsets).
usage: vocab.py"""
import collections, json, re
import numpy as np
import work

WORDS, PIECES = 25_500, 4_200
SPECIAL = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]']
ASCII = "abcdefghijklmnopqrstuvwxyz0123456789!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"


def counted():
    """Lower-case words of passages and queries; a dictionary's word counts more, because its text is short and broad."""
    total = collections.Counter()
    for name in ('passages', 'queries'):
        for line in open(f'{work.DATA}/{name}.jsonl'):
            row = json.loads(line)
            text = row.get('t') or row.get('q')
            weight = 4 if row.get('s') in ('wordnet', 'dict-foldoc', 'dict-jargon', 'generated') else 1
            for w in set(re.findall(r'[a-z0-9]+|[^\x00-\x7f]', text.lower())):
                total[w] += weight
    return total


def main():
    total = counted()
    chars = [c for c in ASCII] + sorted(c for c, n in total.items() if len(c) == 1 and n >= 20 and ord(c) > 127 and c.lower() == c)
    vocab = SPECIAL + chars + ['##' + c for c in chars if c.isalnum()]
    words = [w for w, _ in total.most_common() if len(w) > 1 and not (w.isdigit() and len(w) > 4)][:WORDS]
    have = set(words)
    starts, rest = collections.Counter(), collections.Counter()
    for w, n in total.items():
        if w not in have and w.isalpha() and w.isascii() and len(w) > 3:
            for k in range(2, min(9, len(w))):
                rest[w[len(w) - k:]] += n * (k - 1)
                starts[w[:k]] += n * (k - 1)
                if len(w) > 2 * k:
                    rest[w[k:2 * k]] += n * (k - 1) * .5
    pieces = ['##' + p for p, _ in rest.most_common(PIECES * 3 // 4)]
    pieces += [p for p, _ in starts.most_common(PIECES) if p not in have][:PIECES - len(pieces)]
    vocab += words + pieces
    json.dump(vocab, open(work.DATA + '/wordpiece.json', 'w'))
    print('vocabulary', len(vocab), 'least frequent word', words[-1], total[words[-1]])
    tokenise()


def tokenise():
    from wordpiece import WordPiece
    wp, out = WordPiece(), {}
    for name, key, limit in (('passages', 't', 300), ('queries', 'q', 64)):
        rows = [np.array(wp.encode(json.loads(line)[key])[:limit], np.uint16) for line in open(f'{work.DATA}/{name}.jsonl')]
        out[name] = np.concatenate(rows)
        out[name + '_at'] = np.cumsum([0] + [len(x) for x in rows])
    out['p'] = np.array([json.loads(line)['p'] for line in open(work.DATA + '/queries.jsonl')])
    out['g'] = np.array([json.loads(line)['g'] for line in open(work.DATA + '/passages.jsonl')])
    np.savez(work.DATA + '/tokens.npz', **out)
    flat = out['passages']
    print('passage tokens', len(flat), 'unknown', np.mean(flat == wp.UNK))


if __name__ == '__main__':
    main()

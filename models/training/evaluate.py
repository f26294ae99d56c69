#!/usr/bin/env python3
"""Step 20: BM25, the encoder, their fusion and the reranker over held-out prose, with paired bootstrap intervals.
Scores of the encoders come from llama.cpp (run_encoders.mjs) or, for a quick look, from a static table.
usage: evaluate.py static FILE.npy [PREFIX]      a static table against the held-out sets, without llama.cpp
       evaluate.py embed-cases                   -> verify/embed.json for run_encoders.mjs, which writes verify/embed.out.json
       evaluate.py rerank-cases                  -> verify/rerank.json, the hybrid's first 20 (wants embed.out.json)
       evaluate.py rerank-here                   -> verify/rerank.out.json, by PyTorch instead of run_encoders.mjs
       evaluate.py report                        every figure, with intervals
       evaluate.py parity                        llama.cpp's answers beside PyTorch's of embed.pt and rerank.pt
Environment: MILLRACE_PUBLIC_SET, a folder with the public anthropic-docs set (chunks.json, questions.json); without it that set is left out.
DENSE (1.0) and RERANK (1.0): the weights whose gains are reported with intervals."""
import base64, json, os, sys
import numpy as np
import encodata, work
from pairdata import bm25

PASSAGES, QUERIES, RERANKED, TOP = 500, 150, 40, 20       # of each held-out set
WEIGHTS = (.3, .6, 1.0, 1.5)                              # of the cosine; the keyword score over the query's best has 1
PLACES = (.1, .3, 1.0)                                    # of the dense order in reciprocal rank fusion; BM25's has 1
RERANK_WEIGHTS = (.25, .5, 1.0, 2.0)                      # of the relevance; the hybrid's score has 1


def public():
    """The public question set: TEST ONLY, several right chunks a question."""
    folder = os.environ.get('MILLRACE_PUBLIC_SET')
    if not folder:
        return {}
    chunks = json.load(open(folder + '/chunks.json'))
    at = {c['chunk_link']: i for i, c in enumerate(chunks)}
    questions = json.load(open(folder + '/questions.json'))
    return {'anthropic-docs': dict(passages=[c['text'] for c in chunks], queries=[[q['question'], [at[c] for c in q['correct_chunks'] if c in at]] for q in questions])}


def ranks_of(rows, queries):
    """Rank of the first right passage of each query; ties count half."""
    return np.array([min(encodata.rank_of(s, x) for x in (t if isinstance(t, list) else [t])) for s, (_, t) in zip(rows, queries)])


def keyword_rows(s):
    score = bm25(s['passages'])
    return np.stack([score(q) for q, _ in s['queries']])


def cached_keywords(name, s):
    file = f'{work.OUT}/bm25.{name.replace(":", ".")}.npy'
    if not os.path.exists(file):
        np.save(file, keyword_rows(s).astype(np.float32))
    return np.load(file)


def line(name, ranks):
    f = encodata.figures(ranks)
    return f'  {name:16s} R@1 {f["r1"]:.3f}  R@5 {f["r5"]:.3f}  MRR@10 {f["mrr"]:.3f}  nDCG@10 {f["ndcg"]:.3f}'


def normal(x):
    n = np.linalg.norm(x, axis=1, keepdims=True)
    return x / np.maximum(n, 1e-9)


def chosen_sets():
    """The held-out sets, cut to what llama.cpp answers in minutes, and the public one whole"""
    out = {}
    for name, s in encodata.held().items():
        out[name] = dict(passages=s['passages'][:PASSAGES], queries=s['queries'][:QUERIES])
    return {**out, **public()}


def static(file, prefix):
    import train_static
    from wordpiece import WordPiece
    table, wp = np.load(work.path(file)), WordPiece()
    for name, s in chosen_sets().items():
        if name.startswith(prefix):
            a, b = (normal(train_static.vectors_of(table, wp, t)) for t in ([q for q, _ in s['queries']], s['passages']))
            show(name, s, a @ b.T)


def show(name, s, dense):
    words = cached_keywords(name, s)
    print(f'{name} ({len(s["queries"])} queries, {len(s["passages"])} passages)')
    print(line('BM25', ranks_of(words, s['queries'])))
    print(line('embed', ranks_of(dense, s['queries'])))
    for w in WEIGHTS:
        print(line(f'hybrid {w}', ranks_of(hybrid(words, dense, w), s['queries'])), flush=True)


def hybrid(words, dense, weight):
    """Keyword scores over the best of each query, and the cosines weight times"""
    return words / np.maximum(1e-9, words.max(1, keepdims=True)) + weight * dense


def places(words, dense, weight):
    return np.stack([encodata.fuse(x, y, weight) for x, y in zip(words, dense)])


def embed_cases():
    from wordpiece import WordPiece
    wp, texts = WordPiece(), [t for s in chosen_sets().values() for t in (*s['passages'], *(q for q, _ in s['queries']))]
    json.dump(dict(texts=texts, ids=[wp.encode(t) for t in texts[:2000]]), open(work.VERIFY + '/embed.json', 'w'))
    print(len(texts), 'texts')


def dense_rows(width=256):
    """set -> cosine of every query with every passage, from the first numbers of llama.cpp's vectors"""
    raw = json.load(open(work.VERIFY + '/embed.out.json'))['vectors']
    vectors, out, at, sets = np.frombuffer(base64.b64decode(raw), np.float32), {}, 0, chosen_sets()
    count = sum(len(s['passages']) + len(s['queries']) for s in sets.values())
    vectors = vectors.reshape(count, -1)[:, :width]
    for name, s in sets.items():
        p, q = len(s['passages']), len(s['queries'])
        out[name] = normal(vectors[at + p:at + p + q]) @ normal(vectors[at:at + p]).T
        at += p + q
    return out


def tops(s, fused):
    """the hybrid's first passages of the queries that are reranked"""
    return np.argsort(-fused, axis=1, kind='stable')[:RERANKED if len(s['queries']) != 100 else 100, :TOP]


def rerank_cases():
    dense, questions = dense_rows(), []
    for name, s in chosen_sets().items():
        top = tops(s, hybrid(cached_keywords(name, s), dense[name], DENSE))
        questions += [dict(query=s['queries'][i][0], passages=[s['passages'][j] for j in row]) for i, row in enumerate(top)]
    json.dump(dict(questions=questions), open(work.VERIFY + '/rerank.json', 'w'))
    print(len(questions), 'questions')


def rerank_here():
    """The reranker's answers from PyTorch, which has them sooner than one text at a time through llama.cpp"""
    import bertmodel, torch
    from wordpiece import WordPiece
    wp, model, out = WordPiece(), bertmodel.load(work.path('rerank.pt')), []
    with torch.no_grad():
        for a in json.load(open(work.VERIFY + '/rerank.json'))['questions']:
            q = wp.encode(a['query'])[:64]
            rows = [[wp.CLS, *q, wp.SEP, wp.SEP, *wp.encode(p)[:256], wp.SEP] for p in a['passages']]
            out.append(torch.sigmoid(model.score(*bertmodel.pad(rows))).tolist())
    json.dump(dict(scores=out), open(work.VERIFY + '/rerank.out.json', 'w'))


def gain(better, worse, key):
    """Mean of the paired difference and the middle 95 % of 5,000 bootstrap means"""
    value = dict(r1=lambda r: r < 1, mrr=lambda r: np.where(r < 10, 1 / (r + 1), 0), ndcg=lambda r: np.where(r < 10, 1 / np.log2(r + 2), 0))[key]
    d = value(better).astype(float) - value(worse)
    means = d[np.random.default_rng(1).integers(0, len(d), (5000, len(d)))].mean(1)
    return f'{d.mean():+.3f} [{np.percentile(means, 2.5):+.3f}, {np.percentile(means, 97.5):+.3f}]'


def gains(name, better, worse):
    better, worse = np.asarray(better, float), np.asarray(worse, float)
    print(f'  {name}: ' + ', '.join(f'{label} {gain(better, worse, key)}' for key, label in (('r1', 'R@1'), ('mrr', 'MRR'), ('ndcg', 'nDCG'))))


def family(name):
    """dev, docs head, docs sentence, descriptions, anthropic"""
    source, _, kind = name.partition(':')
    return f'{source} {kind.split(":")[-1]}'.strip()


def report():
    dense, short, scores = dense_rows(), {w: dense_rows(w) for w in (64, 128)}, json.load(open(work.VERIFY + '/rerank.out.json'))['scores']
    found, at, sets = {}, 0, chosen_sets()
    for name, s in sets.items():
        words = cached_keywords(name, s)
        rows = {'BM25': words, 'embed': dense[name], **{f'embed, {w} of it': short[w][name] for w in short}, **{f'RRF {w}': places(words, dense[name], w) for w in PLACES},
                **{f'hybrid {w}': hybrid(words, dense[name], w) for w in WEIGHTS}}
        fused = hybrid(words, dense[name], DENSE)
        into = found.setdefault(family(name), {})
        for key, value in rows.items():
            into.setdefault(key, []).extend(ranks_of(value, s['queries']))
        top = tops(s, fused)
        given = np.array(scores[at:at + len(top)])
        at += len(top)
        reranked(into, s, fused, top, given)
    for name, into in found.items():
        print(f'{name} ({len(into["BM25"])} queries; reranked: {len(into["top 20 as found"])})')
        for key, ranks in into.items():
            print(line(key, ranks))
        gains(f'hybrid {DENSE} over BM25', into[f'hybrid {DENSE}'], into['BM25'])
        gains('reranker over the hybrid', into['reranked'], into['top 20 as found'])
        gains(f'hybrid and reranker {RERANK} over the hybrid', into[f'rerank {RERANK}'], into['top 20 as found'])


def reranked(into, s, fused, top, given):
    """Ranks within the first 20; a right passage that is not among them stays where the hybrid has it, behind them."""
    mixed = {'top 20 as found': np.stack([-np.arange(TOP)] * len(top)), 'reranked': given}
    found = np.take_along_axis(fused[:len(top)], top, 1)
    mixed.update({f'rerank {w}': found + w * given for w in RERANK_WEIGHTS})
    mixed['rerank places'] = np.stack([encodata.fuse(-np.arange(TOP), g, 1, k=5) for g in given])
    for key, rows in mixed.items():
        placed = np.full_like(fused[:len(top)], -1e9)
        for i, row in enumerate(rows):
            placed[i] = fused[i] - 1e6
            placed[i, top[i]] = row
        into.setdefault(key, []).extend(ranks_of(placed, s['queries']))


def parity(count=200, questions=6):
    """Cosine of both embeddings, and the largest difference of both relevances, on the first of the cases"""
    import bertmodel, torch
    from wordpiece import WordPiece
    wp, case, out = WordPiece(), json.load(open(work.VERIFY + '/embed.json')), json.load(open(work.VERIFY + '/embed.out.json'))
    theirs = normal(np.frombuffer(base64.b64decode(out['vectors']), np.float32).reshape(len(case['texts']), -1)[:count])
    with torch.no_grad():
        model = bertmodel.load(work.path('embed.pt'))
        rows = [model.embed(*bertmodel.pad([[wp.CLS, *wp.encode(t)[:500], wp.SEP]])).numpy() for t in case['texts'][:count]]
        cosine = (normal(np.concatenate(rows)) * theirs).sum(1)
        print(f'embed: {out["differing"]} texts tokenised differently; cosine to PyTorch at least {cosine.min():.5f}, mean {cosine.mean():.5f}')
        model, theirs, asked = bertmodel.load(work.path('rerank.pt')), json.load(open(work.VERIFY + '/rerank.out.json'))['scores'], json.load(open(work.VERIFY + '/rerank.json'))
        ours = [[float(torch.sigmoid(model.score(*bertmodel.pad([[wp.CLS, *wp.encode(a['query']), wp.SEP, wp.SEP, *wp.encode(p)[:256], wp.SEP]])))) for p in a['passages']]
                for a in asked['questions'][:questions]]
    apart = np.abs(np.array(ours) - np.array(theirs[:questions]))
    print(f'rerank: sigmoid score differs by at most {apart.max():.4f}, mean {apart.mean():.4f}, on {apart.size} pairs')


DENSE, RERANK = float(os.environ.get('DENSE', 1)), float(os.environ.get('RERANK', 1))

if __name__ == '__main__':
    if sys.argv[1] == 'static':
        static(sys.argv[2], sys.argv[3] if len(sys.argv) > 3 else '')
    else:
        {'embed-cases': embed_cases, 'rerank-cases': rerank_cases, 'rerank-here': rerank_here, 'report': report, 'parity': parity}[sys.argv[1]]()

#!/usr/bin/env python3
"""Step 6: held-out evaluation of the chat model.
  eval_chat.py make              writes the evaluation sets (synthetic, from held-out domains/actions -> out/heldout_eval.jsonl; prose from held-out documents -> data/ only)
  eval_chat.py pack CKPT         writes verify/cases.json (token ids of prompts, strings) for llama.cpp
  eval_chat.py score OUT.json    scores the answers that llama.cpp produced"""
import sys, json, random, re, collections
import gen, bpe, torch, work
from chatdata import ChatData, IM, EN, SYSTEM
V = work.VERIFY; OUT = work.OUT
def prompt(c):
    if 'raw' in c: return c['raw']
    h = ''.join(f'{IM}{m["role"]}\n{m["content"]}{EN}\n' for m in c.get('history', []))
    return f'{IM}system\n{SYSTEM}{EN}\n{h}{IM}user\n{user(c)}{EN}\n{IM}assistant\n'
def user(c):
    t = '\n\n---\n\n'.join(f'[{i+1}] (Source: {x["source"]})\n{x["text"]}' for i, x in enumerate(c['contexts']))
    return f'Context:\n{t}\n\nQuestion: {c["question"]}\n\nAnswer based on the context above:'
def mk(kind, x, q, r):
    ctxs = [dict(source=s, text=gen.render_chunk(r, ss, None)[0]) for s, ss in x['chunks']]
    return dict(kind=kind, contexts=ctxs, question=q['q'], answerable=bool(q['ans']), answer_sentences=[x['chunks'][i][1][j] for i, j in q['ans']] if q['ans'] else [], citations=[i + 1 for i, j in q['ans']] if q['ans'] else [], expected=gen.answer_text(x['chunks'], q['ans']))
def make():
    g = gen.Gen(9001, 'hold'); r = g.r; g.doms = [d for d in gen.DOMS if d['holdout']] * 2 + [gen.BYNAME['generic']] * 3; g.prose = None; rows = []; i = 0
    while len(rows) < 420:
        x = g.qa_synth(r.randint(1, 5), r.choice([1, 2, 3, 4, 6]), 3)
        if not x: continue
        for q in x['qas'][:2]: rows.append(dict(id=f'syn-{len(rows)+1:03d}', **mk('heldout-template', x, q, r)))
    g = gen.Gen(9002, 'train'); r = g.r; g.prose = []; g.prose = None; base = len(rows)
    while len(rows) < base + 180:  # seen templates, unseen slot values
        x = g.qa_synth(r.randint(1, 6), r.choice([1, 2, 3, 4, 6]), 3)
        if not x: continue
        for q in x['qas'][:2]: rows.append(dict(id=f'syn-{len(rows)+1:03d}', **mk('seen-template-new-values', x, q, r)))
    with open(f'{OUT}/heldout_eval.jsonl', 'w') as f:
        for x in rows: f.write(json.dumps(x, ensure_ascii=False) + '\n')
    g = gen.Gen(9003, 'hold'); r = g.r; g.load_prose(); rows = []
    while len(rows) < 300:
        x = g.qa_prose(r.randint(1, 5), r.choice([1, 2, 3, 4, 6]), 3)
        if not x: continue
        for q in x['qas'][:2]: rows.append(dict(id=f'prose-{len(rows)+1:03d}', **mk('heldout-prose', x, q, r)))
    with open(f'{gen.DATA}/prose_eval.jsonl', 'w') as f:
        for x in rows: f.write(json.dumps(x, ensure_ascii=False) + '\n')
    print('made')
def other():
    """small talk, no-context questions, summaries, classification (unseen seeds)"""
    c = ChatData(9100, 'train'); rows = []
    while len(rows) < 160:
        u, a = c.other(); k = 'classify' if u.endswith('Category:') else 'summary' if 'ummar' in u[:60] else 'no-context question' if a.startswith(gen.REFUSE) else 'small talk'
        rows.append(dict(kind='other: ' + k, raw=f'{IM}system\nYou are a helpful assistant.{EN}\n{IM}user\n{u}{EN}\n{IM}assistant\n', question=u, answerable=True, answer_sentences=[a], citations=[], expected=a, contexts=[]))
    json.dump(rows, open(gen.DATA + '/other_eval.json', 'w'))
def cases(limit=None):
    rows = [json.loads(l) for p in (f'{OUT}/heldout_eval.jsonl', f'{gen.DATA}/prose_eval.jsonl') for l in open(p)]
    try: rows += [json.loads(l) for l in open(f'{OUT}/handwritten_eval.jsonl')]
    except FileNotFoundError: pass
    try: rows += json.load(open(gen.DATA + '/other_eval.json'))
    except FileNotFoundError: pass
    return rows
def pack(nth=1):
    t = bpe.BPE(gen.DATA + '/bpe.json'); rows = cases()[::nth]; r = random.Random(3); g = gen.Gen(5, 'all'); g.load_prose()
    ss = [r.choice(r.choice(g.prose)[2])[0] for _ in range(90)] + [f.text for _ in range(20) for f in g.doc()['facts']][:60] + [prompt(x) for x in rows[:30]] + ["Don't I'll we've it's they'd 'S 'T x's", '  two  spaces   three\n\n\nlines \n end ', 'naïve café — “quoted” … ünïcödé ½ ² Ⅷ', '日本語テスト 12345', 'emoji 😀 ok', 'a\tb\r\nc', '$1,234.56 (50%) [2] #x @y', '<|im_start|>user\nhi<|im_end|>\n', '', ' ', '\n', '\n\n', 'x\u00a0y\u2009z', '1st 2nd 3RD v1.2.3', 'CamelCase snake_case kebab-case', 'ЖЖ привет мир', 'עברית ١٢٣', 'e\u0301 combining', '100000000000', '....!!!???']
    json.dump(dict(strings=[dict(text=s, ids=t.encode(s)) for s in ss if s], prompts=[dict(ids=t.encode(prompt(x)), max=120) for x in rows]), open(f'{V}/cases.json', 'w')); print(len(ss), 'strings', len(rows), 'prompts', max(len(t.encode(prompt(x))) for x in rows), 'tokens in the longest')
def score(path, nth=1, show=0):
    rows = cases()[::nth]; outs = json.load(open(path)); st = collections.defaultdict(collections.Counter)
    for x, o in zip(rows, outs):
        a = o['text'].strip(); c = st[x['kind']]
        if x['answerable']:
            c['n_ans'] += 1; body = re.sub(r'\s*\[\d+\]', '', a); cites = [int(v) for v in re.findall(r'\[(\d+)\]', a)]
            exact = a == x['expected']; c['exact'] += exact; sent = all(s in a for s in x['answer_sentences']); c['sentence'] += sent; c['cite'] += set(cites) == set(x['citations']); c['cite_given_sentence'] += sent and set(cites) == set(x['citations']); c['false_refusal'] += a.startswith(gen.REFUSE)
            alltext = ' '.join(y['text'] for y in x['contexts']); c['verbatim'] += all(p.strip() in alltext for p in re.split(r'\s*\[\d+\]\s*', a) if p.strip()) or a.startswith(gen.REFUSE)
        else: c['n_un'] += 1; c['refused'] += a.startswith(gen.REFUSE)
        ok = (a == x['expected'])
        if show and not ok and show > 0: show -= 1; print('Q:', x['question'], '\n  want:', x['expected'], '\n  got: ', a)
    for k, c in st.items(): print(f"{k}: answerable {c['n_ans']}: sentence {c['sentence']/max(1,c['n_ans']):.3f} exact+citation {c['exact']/max(1,c['n_ans']):.3f} citation right {c['cite']/max(1,c['n_ans']):.3f} (given right sentence {c['cite_given_sentence']/max(1,c['sentence']):.3f}) verbatim/refusal {c['verbatim']/max(1,c['n_ans']):.3f} false refusal {c['false_refusal']/max(1,c['n_ans']):.3f} | unanswerable {c['n_un']}: refused {c['refused']/max(1,c['n_un']):.3f}")
if __name__ == '__main__':
    a = sys.argv; 
    if a[1] == 'make': make(); other()
    elif a[1] == 'other': other()
    elif a[1] == 'pack': pack(int(a[2]) if len(a) > 2 else 1)
    else: score(a[2], int(a[3]) if len(a) > 3 else 1, int(a[4]) if len(a) > 4 else 0)

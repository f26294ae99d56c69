#!/usr/bin/env python3
"""Data generator: synthetic fact documents + real prose -> contexts with questions (answerable or not)."""
import json, os, random, re, collections
import work, slots as SL
HERE = os.path.dirname(os.path.abspath(__file__)); DATA = work.DATA
SYSTEM = ("You are a helpful assistant that answers questions based on the provided context. Rules:\n1. Only answer based on the provided context. If the context doesn't contain the answer, say 'I don't have enough information to answer that.'\n2. Cite your sources using [1], [2], etc. corresponding to the context chunks.\n3. Be concise. Aim for 2-3 sentences unless the question requires more detail.\n4. Never make up information. Never hallucinate.")
REFUSE = "I don't have enough information to answer that."
SLOT = re.compile(r'\{(\w+)\}')
STOP = set("a an the of to in on at for is are was were be been do does did how what when where which who whom why can could may might i you he she it we they my your our their its me us and or but not no if with by from as that this these those there here have has had will would should must shall about into than then so any some all much many long get go tell please know me out up per".split())
def stem(w):
    w = w.lower()
    for s in ('ations', 'ation', 'ingly', 'ements', 'ement', 'ings', 'ing', 'edly', 'ies', 'ied', 'ers', 'er', 'est', 'ed', 'es', 'ly', 's', 'e', 'y'):
        if w.endswith(s) and len(w) - len(s) >= 3: return w[:-len(s)]
    return w
WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9'\-.]*[A-Za-z0-9]|[A-Za-z0-9]")
def content(t): return {stem(w) for w in WORD.findall(t) if w.lower() not in STOP}
def load_facts():
    doms = []; cur = None
    for line in open(f'{HERE}/facts.txt', encoding='utf8'):
        line = line.rstrip('\n')
        if not line.strip() or line.startswith('#'): continue
        if line.startswith('@'):
            head, ents, srcs = [x.strip() for x in line[1:].split('|')]
            cur = dict(name=head.split()[0], holdout='holdout' in head, ents=ents.split(','), srcs=srcs.split(','), facts=[]); doms.append(cur)
        else:
            key, rest = line.split(':', 1); st, qs = rest.split('||')
            cur['facts'].append(dict(key=key.strip(), st=[x.strip() for x in st.split(' | ')], qs=[x.strip() for x in qs.split(' | ')]))
    return doms
DOMS = load_facts(); BYNAME = {d['name']: d for d in DOMS}
ACTIONS = [[x.strip() for x in l.split('|')] for l in open(f'{HERE}/actions.txt') if l.strip()]
SYN = {}
for l in open(f'{HERE}/synonyms.txt'):
    g = l.split()
    for w in g: SYN.setdefault(w, []).extend(x for x in g if x != w)
HOLD_ACTIONS = {a[0] for i, a in enumerate(ACTIONS) if i % 10 == 3}
cap = SL.cap
class Fact:
    __slots__ = ('key', 'ent', 'text', 'qs', 'dom', 'has_e', 'ix')
class Gen:
    def __init__(s, seed, split='train'):
        s.r = random.Random(seed); s.s = SL.R(s.r); s.split = split
        if split == 'train': s.doms = [d for d in DOMS if not d['holdout']]
        elif split == 'hold': s.doms = [d for d in DOMS if d['holdout']]
        else: s.doms = DOMS
        s.prose = None
    # ---------------------------------------------------------------- synthetic
    def fact(s, dom, f, ent):
        vals = {}
        def get(k):
            if k in vals: return vals[k]
            if k in ('action', 'action_p'):
                pool = [a for a in ACTIONS if (a[0] in HOLD_ACTIONS) == (s.split == 'hold')]
                a = s.r.choice(pool); vals['action'] = a[0]; vals['_para'] = a
                return a[0]
            v = getattr(s.s, k)(); vals[k] = v
            lo = k[:1].lower() + k[1:]
            if lo != k: vals[lo] = v[:1].lower() + v[1:] if not v.split()[0][1:2].isupper() and k not in ('Inv',) else v
            if k == 'Inv': vals['inv'] = v
            return v
        full, forms = ent if ent else ('', [''])
        tmpl = s.r.choice(f['st'])
        def sub(m):
            k = m.group(1)
            if k == 'E': return full
            if k == 'e0': return full.replace('the ', '')
            return get(k)
        text = cap(SLOT.sub(sub, tmpl))
        qs = []
        for q in f['qs']:
            ks = SLOT.findall(q)
            if any(k not in vals and k not in ('e', 'action_p') for k in ks): continue
            if 'action_p' in ks and '_para' not in vals: continue
            def subq(m):
                k = m.group(1)
                if k == 'e': return s.r.choice(forms)
                if k == 'action_p': return s.r.choice(vals['_para'])
                return vals[k]
            t = SLOT.sub(subq, q)
            if 'I ' in t or 'my ' in t: t = t.replace('your ', 'my ')
            qs.append(t)
        if not qs: qs = [f['key']]
        o = Fact(); o.key = f['key']; o.ent = full; o.text = text; o.qs = qs; o.dom = dom['name']; o.has_e = '{e}' in ' '.join(f['qs']); o.ix = None
        return o
    def doc(s, dom=None, ent='new', n=None):
        dom = dom or s.r.choices(s.doms, [3 if d['name'] == 'generic' else 1 for d in s.doms])[0]
        if ent == 'new':
            k = s.r.choice(dom['ents']); ent = None if k == 'none' else s.s.ent(k)
        n = n or s.r.randint(3, 10)
        fs = s.r.sample(dom['facts'], min(n, len(dom['facts'])))
        if dom['name'] == 'generic': fs = [s.r.choice(dom['facts']) for _ in range(n)]
        src = s.r.choice(dom['srcs']); slug = re.sub(r'\W+', '-', (ent[0] if ent else s.s.inv()).replace('the ', '')).strip('-').lower()
        src = src.replace('{slug}', slug).replace('{n}', str(s.r.randint(1, 99)))
        return dict(dom=dom, ent=ent, src=src, facts=[s.fact(dom, f, ent) for f in fs])
    # ---------------------------------------------------------------- question noise
    PRE = ['Can you tell me ', 'Please tell me ', 'Hi, ', 'Hello, ', 'I would like to know ', 'Quick question: ', 'Hey, ', 'Do you know ', 'I was wondering ', 'Excuse me, ', 'According to the documents, ', 'I need to know ']
    def noise(s, q, p=1.0):
        r = s.r
        if r.random() < .15 * p:
            w = q.split()
            for i, x in enumerate(w):
                k = x.lower().strip('?.,')
                if k in SYN and r.random() < .5: w[i] = r.choice(SYN[k]) + ('?' if x.endswith('?') else ''); break
            q = ' '.join(w)
        if r.random() < .08 * p:
            w = q.split()
            if len(w) > 5: del w[r.randrange(len(w) - 1)]; q = ' '.join(w)
        if r.random() < .12 * p: q = r.choice(s.PRE) + (q[:1].lower() + q[1:] if not q.startswith('I ') else q)
        if r.random() < .04 * p: q += r.choice([' Thanks!', ' Please help.', ' Thank you.'])
        if r.random() < .3 * p: q = q.lower()
        if r.random() < .25 * p: q = q.rstrip('?')
        elif r.random() < .03: q = q.upper() if len(q) < 50 else q
        if r.random() < .08 * p:
            i = r.randrange(max(1, len(q) - 2)); k = r.random()
            if q[i].isalpha() and i > 0:
                q = q[:i] + (q[i + 1] + q[i] + q[i + 2:] if k < .4 else q[i + 1:] if k < .7 else q[i] + q[i:])
        return q
    # ---------------------------------------------------------------- real prose
    def load_prose(s):
        if s.prose is not None: return
        docs = json.load(open(f'{DATA}/prose.json')); ho = s.split == 'hold'
        docs = [d for d in docs if d['holdout'] == ho]
        s.prose = []
        for d in docs:
            flat = d['paras']
            if sum(len(p) for p in flat) >= 4: s.prose.append((d['repo'], d['path'], flat))
        s.pw = [min(60, sum(len(p) for p in d[2])) * (.25 if 'doc1.txt' in d[1] else 1.6 if 'eShop' in d[0] or '18F' in d[0] or 'based' in d[0] else 1) for d in s.prose]
    def window(s, paras, n):
        """n consecutive sentences starting at a random paragraph"""
        i = s.r.randrange(len(paras)); out = []
        while i < len(paras) and len(out) < n: out += paras[i]; i += 1
        return out[:n]
    def qprose(s, sent):
        """rule-based question for a real sentence"""
        r = s.r; t = re.sub(r'\([^)]*\)', '', sent).strip(); t = re.sub(r'\s+', ' ', t); body = t.rstrip('.!?:”"'); w = body.split()
        def me(x):
            x = re.sub(r'\byour\b', 'my', x); x = re.sub(r'\byourself\b', 'myself', x); return re.sub(r'\byou\b', 'I', x)
        opts = []
        m = re.match(r'^(You|Users|Employees|We|They|Customers|Visitors) (can|may|must|should|need to|have to) (.{8,})$', body)
        if m:
            vp = re.split(r'[,;]| (?:because|if|when|unless|so that|by|using|and) ', m.group(3))[0]
            vp = me(vp) if m.group(1) == 'You' else vp; a = 'I' if m.group(1) == 'You' else m.group(1).lower()
            if m.group(2) in ('can', 'may'): opts += [f'Can {a} {vp}?', f'How can {a} {vp}?', f'how to {vp}']
            else: opts += [f'Do {a} have to {vp}?', f'When should {a} {vp}?', f'Must {a} {vp}?', f'Why {m.group(2).split()[0]} {a} {vp}?']
        m = re.match(r'^(?:In order to|To) ([^,]{6,70}), (.+)$', body)
        if m: opts += [f'How do I {me(m.group(1))}?', f'how to {me(m.group(1))}', f'What do I have to do to {me(m.group(1))}?', f'How can I {me(m.group(1))}?'] * 2
        m = re.match(r'^(?:If|When|Whenever) ([^,]{8,80}), (.+)$', body)
        if m: opts += [f'What happens if {me(m.group(1))}?', f'What should I do when {me(m.group(1))}?', f'{cap(me(m.group(1)))}, what now?'] * 2
        m = re.match(r'^(.{3,60}?) (is|are|was|were) (.{8,})$', body)
        if m and len(m.group(1).split()) <= 7 and not re.match(r'^(It|This|That|There|These|Those|They|You|We|He|She|I|Here|Which|What)\b', m.group(1)):
            sub = m.group(1); sub = sub[0].lower() + sub[1:] if w[0] in ('The', 'A', 'An', 'All', 'Each', 'Our', 'Your', 'These', 'Most') else sub
            v = m.group(2); opts += [f'What {v} {me(sub)}?', f'{cap(v)} {me(sub)} {" ".join(m.group(3).split()[:r.randint(2,5)])}?', f'Tell me about {me(sub)}']
            pm = re.match(r'^(\w+(?:ed|en|de|lt|nt|wn)) (in|on|at|by|for|to|with) ', m.group(3))
            if pm: opts += [f'{dict(by="Who or what", to="Where", on="When", at="Where").get(pm.group(2), "What")} {v} {me(sub)} {pm.group(1)} {pm.group(2)}?', f'How {v} {me(sub)} {pm.group(1)}?']
        m = re.match(r'^(.{8,70}?) because (.{6,})$', body)
        if m and not m.group(1).startswith(('This', 'That', 'It')): opts += [f'Why {me(m.group(1)[0].lower() + m.group(1)[1:])}?', f'What is the reason that {me(m.group(1)[0].lower() + m.group(1)[1:])}?'] * 2
        m = re.match(r'^(.{3,40}?) (allows?|provides?|includes?|requires?|contains?|supports?|uses?|offers?|helps?|needs?|returns?|creates?|gives?|means?|makes?) (.{6,})$', body)
        if m and len(m.group(1).split()) <= 6 and not re.match(r'^(It|This|That|There|These|Those|They|Which|What|Here|You|We|I)\b', m.group(1)):
            base = m.group(2)[:-1] if m.group(2).endswith('s') else m.group(2); sub = m.group(1)[0].lower() + m.group(1)[1:] if w[0] in ('The', 'A', 'An', 'All', 'Each', 'Our', 'Your') else m.group(1)
            dd = 'does' if m.group(2).endswith('s') else 'do'
            opts += [f'What {dd} {me(sub)} {base}?', f'Which things {dd} {me(sub)} {base}?', f'{cap(dd)} {me(sub)} {base} {" ".join(m.group(3).split()[:r.randint(2,4)])}?'] * 2
        m = re.match(r'^(?:Please )?([A-Z][a-z]+) (the|your|a|an|all|any|in|to|into|for|with|from) (.{6,60}?)(?:[,;].*| (?:and|until|for|so|before|after|by|if|with) .*)?$', body)
        if m and not opts and len(m.group(1)) > 2 and m.group(1) not in ('The', 'This', 'There', 'And', 'But', 'For', 'Each', 'All', 'When', 'Then', 'Not', 'Most', 'Some', 'Also', 'Prince', 'Count'):
            opts += [f'How do I {m.group(1).lower()} {me(m.group(2))} {me(m.group(3))}?', f'When should I {m.group(1).lower()} {me(m.group(2))} {me(m.group(3))}?', f'how to {m.group(1).lower()} {m.group(2)} {m.group(3)}']
        cw = [x.strip('.,;:()"“”!?') for x in w]; cw = [x for x in cw if x and x.lower() not in STOP and len(x) > 2]
        if len(cw) >= 3:
            k = r.randint(2, min(5, len(cw)))
            ix = sorted(r.sample(range(len(cw)), k)); kws = [cw[i] for i in ix]
            st = r.randrange(max(1, len(cw) - k)); near = cw[st:st + k]
            if r.random() < .3: r.shuffle(kws)
            kws = [s.inflect(x) for x in kws]; near = [s.inflect(x) for x in near]
            kq = [' '.join(kws), f'What about {" ".join(near)}?', f'What do you know about {" and ".join(near[:2])}?', f'Tell me about {" ".join(near)}', f'How does {near[0]} relate to {" ".join(near[1:3])}?',
                  f'{r.choice(["What","How","When","Why","Where","Who"])} {" ".join(kws)}?', f'What does it say about {" ".join(near)}?', f'{r.choice(["Is","Are","Can I","Does","Should we"])} {" ".join(near)}?']
            if not opts or r.random() < .35: opts = kq
        return r.choice(opts) if opts else None
    def inflect(s, w):
        r = s.r
        if r.random() > .25 or len(w) < 4 or not w.isalpha(): return w
        k = w.lower()
        if k in SYN and r.random() < .4: return r.choice(SYN[k])
        if k.endswith('ies'): return w[:-3] + 'y'
        if k.endswith('s') and not k.endswith('ss'): return w[:-1]
        if k.endswith('ing') and len(k) > 6: return w[:-3]
        if k.endswith('ed') and len(k) > 5: return w[:-2] if r.random() < .5 else w[:-2] + 'ing'
        if k[-1] not in 'aeiouys' and w.islower(): return w + r.choice(['s', 's', 'ing'])
        return w
    # ---------------------------------------------------------------- contexts
    def ctx_synth(s, nch, maxs):
        """-> chunks [(source, [Fact|str])], present facts, absent facts"""
        r = s.r; main = s.doc(); chunks = []; facts = main['facts'][:]; r.shuffle(facts)
        nab = max(1, len(facts) // 4) if len(facts) > 2 else 0
        absent, facts = facts[:nab], facts[nab:]
        if not main['facts']: return None
        others = []
        usedkeys = {(f.key) for f in main['facts']}
        pool = []
        i = 0
        while facts and len(pool) < nch:
            k = r.randint(1, maxs); pool.append((main['src'], facts[:k], main)); facts = facts[k:]
        absent += facts[:2]
        want = r.randint(1, max(1, min(len(pool), nch))); absent += [f for p in pool[want:] for f in p[1]][:3]; pool = pool[:want]
        while len(pool) < nch:
            k = r.random()
            if k < .5:
                d = s.doc(main['dom'])
                if d['ent'] is None or main['ent'] is None or d['ent'][0] == main['ent'][0]:
                    if main['dom']['name'] != 'generic': d['facts'] = [f for f in d['facts'] if f.key not in usedkeys]
                elif r.random() < .6:  # same attributes, other entity: hardest distractors
                    keys = r.sample(sorted(usedkeys), min(len(usedkeys), maxs)); d['facts'] = [s.fact(d['dom'], f, d['ent']) for f in d['dom']['facts'] if f['key'] in keys] or d['facts']
            elif k < .8 or s.prose is None: d = s.doc()
            else:
                p = r.choices(s.prose, s.pw)[0]; pool.append((os.path.basename(p[1].split('#')[0]), s.window(p[2], r.randint(1, maxs)), None)); continue
            usedkeys |= {f.key for f in d['facts']}
            if d['facts']:
                m = r.randint(1, maxs); pool.append((d['src'], d['facts'][:m], d)); absent += d['facts'][m:m + 1]
        r.shuffle(pool)
        chunks = []
        for src, fs, d in pool:
            fs = fs[:]; r.shuffle(fs)
            if d is not None and d['ent'] and len(fs) > 1 and r.random() < .25:
                full = d['ent'][0]
                for j, f in enumerate(fs):
                    if j and cap(full) in f.text[:len(full) + 1] and full in (fs[j - 1].text[0].lower() + fs[j - 1].text[1:], ) : pass
                    if j and f.text.startswith(cap(full) + ' ') and d['dom']['name'] not in ('sport', 'company', 'restaurant', 'museum') and r.random() < .5: f.text = 'It' + f.text[len(full):]
            if d is not None and r.random() < .12 and len(fs) < maxs: fs.insert(r.randint(0, len(fs)), s.filler())
            chunks.append((src, fs))
        present = [(ci, si, f) for ci, (_, fs) in enumerate(chunks) for si, f in enumerate(fs) if isinstance(f, Fact)]
        return chunks, present, absent
    FILL = ['This document is updated once a year.', 'Please read the following rules carefully.', 'Thank you for choosing us.', 'More details follow below.', 'The rules apply to everyone.', 'We are happy to help.', 'See the next section for details.', 'Exceptions are possible in some cases.', 'This page answers common questions.', 'Contact us if anything is unclear.']
    def filler(s):
        return s.r.choice(s.FILL)
    def qa_synth(s, nch, maxs, nq, noise=1.0, psem=1.0):
        """psem: share kept of the questions that word overlap alone cannot answer"""
        c = s.ctx_synth(nch, maxs)
        if not c: return None
        chunks, present, absent = c; r = s.r; qas = []
        sents = [[f.text if isinstance(f, Fact) else f for f in fs] for _, fs in chunks]
        keycount = collections.Counter((f.dom, f.key) for _, _, f in present)
        def specific(q, f): # does the question name the entity?
            if not f.ent: return False
            core = content(f.ent) - {'plan', 'account', 'hotel', 'card'}
            return bool(core & content(q))
        r.shuffle(present); nun = 0; cs = [[content(t) for t in ss] for ss in sents]; present = present + (present[:] if len(present) < nq else [])
        for ci, si, f in present:
            if len(qas) >= nq: break
            q = r.choice(f.qs)
            dup = keycount[f.dom, f.key] > 1
            if dup and f.dom != 'generic' and not specific(q, f):
                q2 = [x for x in f.qs if specific(x, f)]
                if not q2: continue
                q = r.choice(q2)
            if dup and f.dom == 'generic':
                c0 = content(q); 
                if any(g is not f and g.key == f.key and len(c0 & content(g.text)) >= len(c0 & content(f.text)) for _, _, g in present): continue
            if f.text.startswith('It ') and keycount[f.dom, f.key] > 1: continue
            if psem < 1:
                lex = lambda q: (lambda c: (lambda o: o > 0 and all(len(c & x) < o for i, w in enumerate(cs) for j, x in enumerate(w) if (i, j) != (ci, si)))(len(c & cs[ci][si])))(content(q))
                if not lex(q) and r.random() > psem:
                    q2 = [x for x in f.qs if lex(x)]
                    if not q2: continue
                    q = r.choice(q2)
            if any(x['q'] == q for x in qas): continue
            qas.append(dict(q=q if r.random() > noise else s.noise(q, noise), ans=[(ci, si)]))
        # two-part questions
        if len(qas) >= 2 and r.random() < .08:
            a, b = qas[0], qas[1]
            if a['ans'] != b['ans']: qas[0] = dict(q=a['q'].rstrip('?. ') + r.choice([' and ', ', and also ']) + b['q'][:1].lower() + b['q'][1:], ans=a['ans'] + b['ans'])
        r.shuffle(absent); want = max(1, int(round(min(nq, len(qas) * 1.6) * .3))) if r.random() < .85 else 0
        if r.random() < .3: absent = absent[:1] + [s.r.choice(s.doc()['facts']) for _ in range(2)]
        alltext = ' '.join(' '.join(x) for x in sents)
        for f in absent:
            if nun >= want: break
            q = r.choice(f.qs)
            if keycount[f.dom, f.key] and f.dom != 'generic' and not specific(q, f):
                q2 = [x for x in f.qs if specific(x, f)]
                if not q2: continue
                q = r.choice(q2)
            if f.dom == 'generic':
                c0 = content(q)
                if any(len(c0 & content(t)) >= .7 * len(c0) for ss in sents for t in ss): continue
            if f.text in alltext: continue
            c0 = content(q); ov = max((len(c0 & x) for w in cs for x in w), default=0)
            if psem < 1 and r.random() > psem and ov > .4 * len(c0): continue
            qas.append(dict(q=q if r.random() > noise else s.noise(q, noise), ans=None)); nun += 1
        if len(qas) > nq: 
            un = [x for x in qas if x['ans'] is None]; an = [x for x in qas if x['ans']]; qas = un[:want] + an[:nq - min(len(un), want)]
        r.shuffle(qas)
        return dict(chunks=[(c[0], x) for c, x in zip(chunks, sents)], qas=qas, ents=[f.ent for _, _, f in present]) if qas else None
    def qa_prose(s, nch, maxs, nq):
        s.load_prose(); r = s.r; d = r.choices(s.prose, s.pw)[0]
        chunks = []; seen = set()
        for i in range(nch):
            dd = d if i == 0 or r.random() < .5 else r.choices(s.prose, s.pw)[0]
            w = [x for x in s.window(dd[2], r.randint(1, maxs)) if x not in seen]
            if not w: continue
            seen |= set(w); chunks.append((os.path.basename(dd[1].split('#')[0]) or 'notes.md', w))
        if not chunks: return None
        r.shuffle(chunks); cs = [[content(x) for x in w] for _, w in chunks]; cand = [(i, j) for i, w in enumerate(cs) for j in range(len(w))]; r.shuffle(cand); qas = []
        nun = int(round(nq * r.choice([.2, .33, .5])))
        def best(c0, skip):
            return max([len(c0 & cs[i][j]) for i, w in enumerate(cs) for j in range(len(w)) if (i, j) != skip] or [0])
        for i, j in cand:
            if len(qas) >= nq - nun: break
            q = s.qprose(chunks[i][1][j])
            if not q or len(q) > 150: continue
            c0 = content(q); o = len(c0 & cs[i][j])
            if o < 1 or best(c0, (i, j)) >= o: continue
            qas.append(dict(q=s.noise(q, .7), ans=[(i, j)]))
        tries = 0
        while nun and tries < 12:
            tries += 1; dd = d if r.random() < .6 else r.choices(s.prose, s.pw)[0]; x = r.choice(r.choice(dd[2]))
            if x in seen: continue
            q = s.qprose(x)
            if not q or len(q) > 150: continue
            c0 = content(q)
            if len(c0) < 2 or best(c0, None) > .5 * len(c0): continue
            qas.append(dict(q=s.noise(q, .7), ans=None)); nun -= 1
        r.shuffle(qas)
        return dict(chunks=chunks, qas=qas) if qas else None
# -------------------------------------------------------------------- rendering
def render_chunk(r, sents, style=None):
    """-> text, [(start,end)] of each sentence"""
    k = r.random() if style is None else style; out = ''; spans = []
    if k > .88: out += r.choice(['# ', '## ', '', '']) + cap(r.choice(['overview', 'general information', 'faq', 'details', 'rules', 'terms', 'notes', 'introduction', 'summary', SL.R(r).inv()])) + r.choice(['\n\n', '\n'])
    sep = ' ' if k < .7 or k > .88 else '\n' if k < .78 else '\n- ' if k < .84 else '\n\n'
    for i, t in enumerate(sents):
        if i: out += sep
        elif sep == '\n- ': out += '- '
        spans.append((len(out), len(out) + len(t))); out += t
    return out, spans
def render_ctx(r, chunks, plain=False):
    t = 'Context:\n'; spans = {}; cites = {}
    for i, (src, ss) in enumerate(chunks):
        if i: t += '\n\n---\n\n'
        cites[i] = len(t) + 1; t += f'[{i+1}] (Source: {src})\n'
        c, sp = render_chunk(r, ss, 0 if plain else None)
        for j, (a, b) in enumerate(sp): spans[i, j] = (len(t) + a, len(t) + b)
        t += c
    return t + '\n\nQuestion: ', spans, cites
def answer_text(chunks, ans):
    if ans is None: return REFUSE
    return ' '.join(f'{chunks[i][1][j]} [{i+1}]' for i, j in ans)
if __name__ == '__main__':
    g = Gen(3); g.load_prose(); r = g.r
    for f, a in ((g.qa_synth, (3, 4, 5)), (g.qa_prose, (3, 3, 5))):
        for _ in range(3):
            x = f(*a)
            if not x: continue
            print(render_ctx(r, x['chunks'])[0])
            for q in x['qas']: print('   Q:', q['q'], '\n   A:', answer_text(x['chunks'], q['ans']))
            print('=' * 60)

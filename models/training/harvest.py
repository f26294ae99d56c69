#!/usr/bin/env python3
"""Step 13: sections, package descriptions, dictionaries and the generator -> retrieval pairs.
Writes data/passages.jsonl {"s": source, "g": group, "t": text}, data/queries.jsonl {"p": passage line, "k": kind, "q": text} and
data/held.json {set: {"passages": [...], "queries": [[query, passage index], ...]}}.
Pairs of one group lie next to each other, so that a trainer can use them as each other's hard negatives.
usage: harvest.py"""
import collections, gzip, hashlib, html, json, os, random, re
import questions, work

SECTIONS_PER_PACKAGE = 9000
GENERIC = re.compile(r'^(description|synopsis|see also|parameters|arguments|returns?|notes?|examples?|usage|overview|introduction|options|name|author|'
                     r'copyright.*|bugs|summary|references|return values?|compatibility|attributes|methods|classes|functions|syntax|contents|index|default.*|'
                     r'.{0,3}|new|other|general|misc.*|bug fixes|features|details)$', re.I)
API = re.compile(r'^[\w.]+\(.*|.*[_=<>{}\[\]\\/]|^-')


def digest(text):
    return int(hashlib.md5(text.encode()).hexdigest(), 16)


def sentences(text):
    return [s for s in re.split(r'(?<=[.!?])\s+(?=[A-Z"(])', text) if s]


class Store:
    """Passages and queries in order; a held-out set is one of these that is not written with the others."""

    def __init__(self):
        self.passages, self.queries = [], []

    def passage(self, source, group, text):
        self.passages.append(dict(s=source, g=group, t=text))
        return len(self.passages) - 1

    def query(self, passage, kind, text):
        if text and 3 < len(text) < 220:
            self.queries.append(dict(p=passage, k=kind, q=text))


class Harvest:
    def __init__(self):
        self.r, self.train = random.Random(5), Store()
        self.held = collections.defaultdict(Store)
        self.synonyms = questions.synonyms()
        self.group = 0

    def chunks(self, section):
        """The section's paragraphs packed into passages of 30 to 190 words."""
        limit, words, out = self.r.choice([60, 90, 120, 150, 190]), [], []
        for para in section['paras']:
            for s in sentences(para):
                if words and len(words) + len(s.split()) > limit:
                    out.append(' '.join(words))
                    words = []
                words += s.split()[:200]
        if words and (len(words) > 12 or not out):
            out.append(' '.join(words))
        return [x for x in out if len(x) > 60]

    def section(self, store, source, section, held):
        r, path = self.r, section['path']
        named = not GENERIC.match(path[-1]) and not API.match(path[-1])
        for n, text in enumerate(self.chunks(section)[:8]):
            head = path[-1] if r.random() < .6 else ' > '.join(dict.fromkeys(path[-3:]))
            with_head = None
            if n < 2 and named:
                bare = r.random() < .7 or held
                at = store.passage(source, self.group, text if bare else f'{head}\n{text}')
                for _ in range(1 if held else 2):
                    store.query(at, 'head', self.noise(questions.from_heading(path, r), held))
                with_head = None if bare else at
            parts = [s for s in sentences(text) if 30 < len(s) < 240 and not re.search(r'[{}<>=\\]', s)]
            if parts:
                at = with_head if with_head is not None else store.passage(source, self.group, text if r.random() < .35 else f'{head}\n{text}')
                for s in r.sample(parts, min(len(parts), 1 if held else 2)):
                    store.query(at, 'sentence', self.noise(questions.from_sentence(s, r), held))
            if len(parts) > 2 and not held and r.random() < .5:
                s = r.choice(parts)
                store.query(store.passage(source, self.group, text.replace(s, ' ')), 'cloze', s)

    def noise(self, query, held):
        if not query or held:
            return query
        if self.r.random() < .4:
            query = questions.substitute(query, self.synonyms, self.r)
        return ' '.join(w for w in query.split(' ') if len(query) < 40 or self.r.random() > .06)

    def sections(self):
        count, last, all_sections = collections.Counter(), None, [json.loads(x) for x in open(work.DATA + '/sections.jsonl')]
        total = collections.Counter(s['package'] for s in all_sections)
        where = {}
        for section in all_sections:
            package, doc = section['package'], section['doc']
            if digest(repr(section['paras'])) % max(1, total[package]) > SECTIONS_PER_PACKAGE:
                continue
            if doc != last:
                last, self.group = doc, self.group + 1
            test, dev = section['held'], digest(doc) % 50 == 0
            store = self.held[f'docs:{package}'] if test else self.held['dev'] if dev else self.train
            start = len(store.passages)
            self.section(store, package, section, test or dev)
            count[package] += 1
            if not (test or dev) and len(store.passages) > start:
                where.update({(doc, i): start for i in section['ids'] + ['']})
        for link in map(json.loads, open(work.DATA + '/links.jsonl')):
            at = where.get((link['doc'], link['id']))
            if at is not None:
                self.train.query(at, 'link', link['text'])
        print(count)

    def descriptions(self):
        """Debian package synopsis <-> long description."""
        seen = set()
        for block in self.stanzas():
            name, found = block[0], re.match(r'([^\n]*)\n(.*)', block[1], re.S)
            if not found or len(found[2]) < 120:
                continue
            body = ' '.join(re.sub(r'^ \.?', '', x).strip() for x in found[2].split('\n')).strip()
            if digest(body[:200]) in seen:
                continue
            seen.add(digest(body[:200]))
            self.group += 1
            held = digest(re.sub(r'^(lib|python3-|ruby-|golang-|r-cran-|node-)|[\d.\-].*$', '', name)) % 40 == 0
            store = self.held['descriptions'] if held else self.train
            words = body.split()[:170]
            at = store.passage('descriptions', self.group, ' '.join(words))
            synopsis = found[1] if held or self.r.random() < .6 else self.r.choice(['What package is a {}?', 'I need {}', 'Which program offers {}?', 'How can I get a {}?']).format(found[1])
            store.query(at, 'synopsis', self.noise(synopsis, held))
            parts = [s for s in sentences(body) if 40 < len(s) < 240]
            if parts and not held:
                store.query(at, 'sentence', self.noise(questions.from_sentence(self.r.choice(parts), self.r), held))
            if len(parts) > 2 and not held:
                s = self.r.choice(parts)
                store.query(store.passage('descriptions', self.group, body.replace(s, ' ')[:1100]), 'cloze', s)

    def stanzas(self):
        for file in sorted(f for f in os.listdir(work.path('lists')) if f.endswith('Translation-en')):
            for block in open(work.path('lists/' + file)).read().split('\n\n'):
                found = re.match(r'Package: (\S+)\n.*?Description-en: (.*)', block, re.S)
                if found:
                    yield found[1], found[2]

    def dictionaries(self):
        """Terms with their definitions: FOLDOC, the Jargon File, WordNet."""
        for package, file in (('dict-foldoc', 'foldoc'), ('dict-jargon', 'jargon')):
            raw = gzip.open(work.path(f'docs/{package}/usr/share/dictd/{file}.dict.dz')).read().decode('utf8', 'replace')
            for found in re.finditer(r'\n(\S[^\n]{1,60})(?:\n\S[^\n]*)*\n+((?:[ \t]+[^\n]*\n|\n)+)', raw):
                text = re.sub(r'[{}]|<[^>]*>|\s+', ' ', found[2]).strip()
                if len(text) > 60:
                    self.group += self.r.random() < .1
                    at = self.train.passage(package, self.group, ' '.join(text.split()[:150]))
                    self.train.query(at, 'term', self.r.choice(['{}', 'What is {}?', 'What does {} mean?', 'What is meant by {}?', 'Define {}', 'Explain {}']).format(found[1].strip()))
        for part in ('noun', 'verb', 'adj'):
            for line in open(work.path(f'docs/wordnet-base/usr/share/wordnet/data.{part}')):
                f = line.split()
                if line.startswith(' ') or digest(f[0]) % 2 and int(f[3], 16) < 2:
                    continue
                words = [w.replace('_', ' ').split('(')[0] for w in f[4:4 + 2 * int(f[3], 16):2]]
                gloss = line.split('|', 1)[1].strip()
                meaning, _, example = gloss.partition('; "')
                self.group += self.r.random() < .1
                at = self.train.passage('wordnet', self.group, meaning)
                self.train.query(at, 'term', self.r.choice(words))
                if len(words) > 1:
                    a, b = self.r.sample(words, 2)
                    self.train.query(self.train.passage('wordnet', self.group, b), 'synonym', a)
                if len(example) > 20:
                    self.train.query(self.train.passage('wordnet', self.group, f'{", ".join(words)}: {meaning}'), 'example', example.strip('" '))

    def generated(self, n=9000):
        """The synthetic everyday documents of gen.py."""
        import pairdata
        if not os.path.exists(work.DATA + '/prose.json'):
            json.dump([], open(work.DATA + '/prose.json', 'w'))
        pairs = pairdata.Pairs(41)
        for _ in range(n):
            self.group += 1
            found, passages = pairs.synth() if pairs.r.random() < .8 else pairs.para()
            at = [self.train.passage('generated', self.group, p) for p in passages]
            for q, i, _ in found:
                self.train.query(at[i], 'generated', q)

    def write(self):
        for name, rows in (('passages', self.train.passages), ('queries', self.train.queries)):
            with open(f'{work.DATA}/{name}.jsonl', 'w') as out:
                out.writelines(json.dumps(row) + '\n' for row in rows)
        print(len(self.train.passages), 'passages', len(self.train.queries), 'queries', collections.Counter(q['k'] for q in self.train.queries))
        sets = {}
        for name, store in self.held.items():
            sets.update(held_sets(name, store))
        json.dump(sets, open(work.DATA + '/held.json', 'w'))
        for name, s in sorted(sets.items()):
            print(name, len(s['passages']), 'passages', len(s['queries']), 'queries', s['queries'][0][0])


def held_sets(name, store, most=1500, queries=400):
    """One set per kind of query: the passages that kind was asked of, and no other, so that a text is never there twice."""
    out, r = {}, random.Random(3)
    for kind in ('head', 'sentence', 'synopsis'):
        rows = [q for q in store.queries if q['k'] == kind]
        unique = collections.Counter(q['q'].lower() for q in rows)
        texts = collections.Counter(store.passages[q['p']]['t'] for q in rows)
        rows = [q for q in rows if unique[q['q'].lower()] == 1 and texts[store.passages[q['p']]['t']] == 1]
        r.shuffle(rows)
        if len(rows) > 100:
            rows = rows[:most]
            out[f'{name}:{kind}'] = dict(passages=[store.passages[q['p']]['t'] for q in rows], queries=[[q['q'], i] for i, q in enumerate(rows[:queries])])
    return out


if __name__ == '__main__':
    h = Harvest()
    h.sections()
    h.descriptions()
    h.dictionaries()
    h.generated()
    h.write()

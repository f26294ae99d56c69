#!/usr/bin/env python3
"""Step 12: the unpacked documentation -> sections with their heading path.
Writes data/sections.jsonl: {"package", "doc", "held", "path": [outer heading, ..., own heading], "paras": [...]} in document order,
and data/links.jsonl: {"package", "text", "doc", "id"} for links whose words differ from the heading they lead to.
usage: sections.py"""
import collections, glob, gzip, json, multiprocessing, os, re
from lxml import etree, html
import work

DOCS = work.path('docs')
FILES_PER_PACKAGE = 1600
OTHER_LANGUAGE = re.compile(r'/(?!en|C/|en-US)([a-z]{2})(-[A-Z]{2}|_[A-Z]{2})?/(?!.*/en/)|\.(de|es|fr|ja|ko|pt-br|tr|zh-cn|da|ru)(\.utf8)?$|\.(de|es|fr|it|ja|pl|pt|pt-br|ru|zh-cn|zh-tw|nl|ca|da|sv)\.html$')
SKIPPED = re.compile(r'genindex|/search|/std/|/core/|/alloc/|/proc_macro/|/test/|/_modules/|/_sources/|/rustc/|changelog|/compiler|/implementors/|license', re.I)
SKIP_TAGS = {'script', 'style', 'nav', 'footer', 'header', 'form', 'table', 'svg', 'button', 'select', 'head', 'pre', 'noscript'}
HEADINGS = {'h1': 1, 'h2': 2, 'h3': 3, 'h4': 4, 'h5': 5, 'dt': 6, 'title': 2}
BLOCKS = {'p', 'li', 'dd', 'item', 'td', 'div', 'blockquote'}
SKIP_CLASS = re.compile(r'sidebar|navigation|navheader|navfooter|footer|related|toc\b|breadcrumb|headerlink|menu|search', re.I)


def squeeze(text):
    return re.sub(r'\s+', ' ', text.replace('¶', '')).strip()


def heading_text(node):
    text = squeeze(''.join(node.itertext()))
    return re.sub(r'^((Chapter|Section|Appendix|Part)\s+)?([A-Z]?[\dIVX]*(\.\d+)*\.?)\s+(?=[A-Z])', '', text)[:160].strip(' .:#')


class Walk:
    """Collects one page's sections: a stack of headings, and the paragraphs since the last of them."""

    def __init__(self):
        self.stack, self.paras, self.ids, self.out, self.links = [], [], [], [], []

    def close(self):
        if self.stack and sum(map(len, self.paras)) >= 60:
            self.out.append(([h for _, h in self.stack], self.paras, self.ids))
            self.ids = []
        self.paras = []

    def open(self, level, title):
        self.close()
        self.stack = [x for x in self.stack if x[0] < level] + [(level, title)]

    def visit(self, node):
        tag = node.tag.split('}')[-1].lower() if isinstance(node.tag, str) else None
        if tag is None or tag in SKIP_TAGS or SKIP_CLASS.search(node.get('class') or '') or node.get('role') == 'navigation':
            return
        anchor = node.get('id') or (node.get('name') if tag == 'a' else None)
        if anchor:
            self.ids.append(anchor)
        if tag in HEADINGS:
            title = heading_text(node)
            if 2 < len(title) < 140:
                self.open(HEADINGS[tag], title)
            return
        inner = {c.tag.split('}')[-1].lower() for c in node.iter() if isinstance(c.tag, str) and c is not node} if tag in BLOCKS else set()
        if tag in BLOCKS and not inner & (set(HEADINGS) | BLOCKS | {'ul', 'ol', 'dl', 'table', 'section'}):
            self.block(node)
            return
        for child in node:
            self.visit(child)

    def block(self, node):
        text = squeeze(''.join(node.itertext()))
        if len(text) > 20:
            self.paras.append(text)
        for a in node.iter('a'):
            words = squeeze(''.join(a.itertext()))
            if a.get('href') and 8 < len(words) < 100 and ' ' in words:
                self.links.append((words, a.get('href')))


def english(text):
    words = text.lower().split()
    return len(text) > 60 and sum(c.isascii() for c in text) > .97 * len(text) and sum(w in ENGLISH for w in words) > .15 * len(words)


ENGLISH = set('the a an to of and is are in for you with on that it be or as can this i not by if from will have has your when use used at'.split())


def page(job):
    package, name = job
    raw = gzip.open(name).read() if name.endswith('.gz') else open(name, 'rb').read()
    if len(raw) > 3_000_000 or len(raw) < 300:
        return package, name, [], []
    try:
        if name.endswith('.page'):
            tree = etree.fromstring(raw, etree.XMLParser(recover=True))
        else:
            tree = html.fromstring(raw.decode('utf8', 'replace').encode(), parser=html.HTMLParser(encoding='utf8'))
            tree = tree.find('body') if tree.find('body') is not None else tree
            for query in ('//main', '//*[@role="main"]', '//*[@id="content"]', '//*[@id="page-content"]'):
                found = tree.xpath(query)
                if found:
                    tree = found[0]
                    break
        walk = Walk()
        walk.visit(tree)
        walk.close()
    except (etree.ParserError, etree.XMLSyntaxError, ValueError, AttributeError, RecursionError, TypeError):
        return package, name, [], []
    return package, name, [s for s in walk.out if english(' '.join(s[1]))], walk.links


def pages():
    for package in sorted(os.listdir(DOCS)):
        names = []
        for folder, _, files in os.walk(f'{DOCS}/{package}'):
            names += [os.path.join(folder, f) for f in files if re.search(r'\.(html|htm|xhtml|page|html\.gz|html\.en)$', f)]
        names = sorted(n for n in names if not os.path.islink(n) and not OTHER_LANGUAGE.search(n[len(DOCS):]) and not SKIPPED.search(n[len(DOCS):]))
        step = max(1, len(names) / FILES_PER_PACKAGE)
        yield from ((package, names[int(i * step)]) for i in range(min(len(names), FILES_PER_PACKAGE)))


def held_packages():
    lines = open(os.path.join(os.path.dirname(os.path.abspath(__file__)), 'packages.txt')).read().split('\n')
    return {w for line in lines if line.startswith('held:') for w in line[5:].split()}


def main():
    held, seen, count, targets, links = held_packages(), set(), collections.Counter(), {}, []
    with open(work.DATA + '/sections.jsonl', 'w') as out, multiprocessing.Pool(2) as pool:
        for package, name, sections, found in pool.imap(page, pages(), chunksize=8):
            for path, paras, ids in sections:
                key = hash(tuple(paras))
                if key in seen:
                    continue
                seen.add(key)
                count[package] += 1
                doc = name[len(DOCS) + 1:]
                for i in ids:
                    targets[name, i] = path[-1]
                targets.setdefault((name, ''), path[-1])
                out.write(json.dumps(dict(package=package, doc=doc, held=package in held, path=path, paras=paras, ids=ids)) + '\n')
            links += [(package, name, words, href) for words, href in found]
    for package, n in sorted(count.items()):
        print(package, n)
    write_links(links, targets)


def write_links(links, targets):
    kept = set()
    for package, name, words, href in links:
        file, _, anchor = href.partition('#')
        file = os.path.normpath(os.path.join(os.path.dirname(name), file)) if file else name
        title = targets.get((file, anchor))
        if title and title.lower().strip() != words.lower().strip():
            kept.add((package, words, file[len(DOCS) + 1:], anchor))
    with open(work.DATA + '/links.jsonl', 'w') as out:
        for package, words, doc, anchor in sorted(kept):
            out.write(json.dumps(dict(package=package, text=words, doc=doc, id=anchor)) + '\n')
    print('links', len(kept))


if __name__ == '__main__':
    main()

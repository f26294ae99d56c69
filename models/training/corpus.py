#!/usr/bin/env python3
"""Step 1: real English prose.  Reads markdown/text out of the git repositories under
MILLRACE_CORPORA_DIR (no work trees needed), strips markup, splits into sentences and writes
data/prose.json:  [{"repo","path","holdout":bool,"paras":[[sentence,...],...]}].
usage: python3 corpus.py"""
import json, os, re, subprocess, sys, hashlib, html
import work
CORPORA = os.environ.get('MILLRACE_CORPORA_DIR') or sys.exit('set MILLRACE_CORPORA_DIR to the folder with the git repositories (README.md, step 1)')
REPOS = {  # repository -> (licence, path filter)
 '18F+handbook': ('CC0-1.0', r'^pages/.*\.md$|^[^/]*\.md$'),
 'github+site-policy': ('CC0-1.0', r'\.md$'),
 'GSA+digitalgov.gov': ('US public domain / CC0-1.0', r'^content/.*\.md$'),
 'LukeSmithxyz+based.cooking': ('Unlicense / CC0', r'^content/.*\.md$'),
 'github+opensource.guide': ('CC-BY-4.0', r'^_articles/[^/]+\.md$'),
 'dotnet+eShopSupport': ('MIT', r'^seeddata/dev/tickets\.json$|\.md$'),
 'dotnet+eShop': ('MIT', r'^src/Catalog\.API/Setup/catalog\.json$|\.md$'),
 'dotnet+aspire': ('MIT', r'^(docs|tools)/.*\.md$|README\.md$'),
 'microsoft+garnet': ('MIT', r'^website/.*\.md$'),
 'microsoft+kernel-memory': ('MIT; doc1.txt is War and Peace (Project Gutenberg, public domain)', r'\.md$|doc1\.txt$'),
 'microsoft+reverse-proxy': ('MIT', r'^docs/.*\.md$'),
 'grpc+grpc-dotnet': ('Apache-2.0', r'\.md$'),
 'SciSharp+LLamaSharp': ('MIT', r'^docs/.*\.md$|^README\.md$'),
 'qdrant+qdrant-dotnet': ('Apache-2.0', r'\.md$'),
 'databrickslabs+dolly': ('Apache-2.0 (repository text only)', r'\.md$'),
}
def git(repo, *a):
    return subprocess.run(['git', '-C', f'{CORPORA}/{repo}', *a], capture_output=True).stdout
def clean_md(t):
    t = t.replace('\r', '')
    t = re.sub(r'^---\n.*?\n---\n', '', t, flags=re.S)
    t = re.sub(r'```.*?```', '\n\n', t, flags=re.S)
    t = re.sub(r'\{\{[%<].*?[%>]\}\}', ' ', t, flags=re.S); t = re.sub(r'\{[%{].*?[%}]\}', ' ', t, flags=re.S)
    t = re.sub(r'<!--.*?-->', '', t, flags=re.S)
    t = re.sub(r'!\[[^\]]*\]\([^)]*\)', '', t)
    t = re.sub(r'\[([^\]]*)\]\([^)]*\)', r'\1', t); t = re.sub(r'\[([^\]]*)\]\[[^\]]*\]', r'\1', t)
    t = re.sub(r'<[^>\n]{1,200}>', ' ', t)
    t = html.unescape(t)
    t = re.sub(r'(\*\*|__|`)', '', t); t = re.sub(r'(?<!\w)[*_](\S[^*_\n]*)[*_](?!\w)', r'\1', t)
    out = []
    for block in re.split(r'\n\s*\n', t):
        cur = []
        for line in block.split('\n'):
            s = line.strip()
            if not s or s.startswith(('#', '|', '===', '---', ':::', '>')): 
                if cur: out.append(' '.join(cur)); cur = []
                continue
            m = re.match(r'^([-*+]|\d+[.)])\s+(.*)', s)
            if m:
                if cur: out.append(' '.join(cur))
                cur = [m.group(2)]
            else: cur.append(s)
        if cur: out.append(' '.join(cur))
    return out
ABBR = re.compile(r'\b(e\.g|i\.e|etc|vs|Mr|Mrs|Ms|Dr|St|No|Inc|Ltd|Jr|U\.S|approx|Fig)\.$')
def sentences(p):
    p = re.sub(r'\s+', ' ', p).strip()
    parts, cur = [], ''
    for piece in re.split(r'(?<=[.!?])\s+(?=["“(]?[A-Z0-9])', p):
        cur = (cur + ' ' + piece) if cur else piece
        if ABBR.search(cur): continue
        parts.append(cur); cur = ''
    if cur: parts.append(cur)
    return parts
SPECIAL = re.compile(r'https?://|www\.|\S{35,}|[{}<>|\\]|\[\d+\]|->|=>|::|;$')
def good(s):
    w = s.split()
    if not 5 <= len(w) <= 38 or len(s) > 260: return False
    if not re.match(r'["“(]?[A-Z0-9]', s) or s[-1] not in '.!?”"': return False
    if SPECIAL.search(s): return False
    if sum(c.isascii() for c in s) < 0.97 * len(s): return False
    if sum(c.isalpha() or c == ' ' for c in s) < 0.85 * len(s): return False
    low = set(x.lower().strip('.,;:') for x in w)
    return len(low & {'the','a','an','to','of','and','is','are','in','for','you','with','on','that','it','be','or','as','can','this','i','my'}) >= 1
def main():
    docs = []
    for repo, (lic, pat) in REPOS.items():
        if not os.path.isdir(f'{CORPORA}/{repo}'): print('missing', repo); continue
        names = [n for n in git(repo, 'ls-tree', '-r', 'HEAD', '--name-only').decode('utf8', 'replace').split('\n') if re.search(pat, n)]
        if len(names) > 2500:
            names = sorted(names, key=lambda n: hashlib.md5(n.encode()).hexdigest())[:2500]
        ns = 0
        for n in names:
            raw = git(repo, 'show', f'HEAD:{n}').decode('utf8', 'replace')
            units = []
            if n.endswith('tickets.json'):
                for tk in json.loads(raw):
                    units.append((f"{n}#{tk['TicketId']}", [m['Text'] for m in tk['Messages']] + [tk.get('LongSummary') or '']))
            elif n.endswith('catalog.json'):
                for i, it in enumerate(json.loads(raw)):
                    units.append((f"{n}#{i}", [it.get('Description', '')]))
            elif n.endswith('doc1.txt'):
                body = raw.replace('\r', '')
                ps = [re.sub(r'\s+', ' ', p) for p in re.split(r'\n\s*\n', body)]
                ps = [p for p in ps if len(p) > 120][:6000]
                for i in range(0, len(ps), 40): units.append((f'{n}#{i//40}', ps[i:i+40]))
            else: units.append((n, clean_md(raw)))
            for path, ps in units:
                paras = [[s for s in sentences(p) if good(s)] for p in ps]
                paras = [p for p in paras if p]
                if sum(len(p) for p in paras) < 3: continue
                h = int(hashlib.md5((repo + path).encode()).hexdigest(), 16) % 100
                docs.append(dict(repo=repo.replace('+', '/'), path=path, holdout=h < 5, paras=paras)); ns += sum(len(p) for p in paras)
        print(repo, len(names), 'files', ns, 'sentences', flush=True)
    json.dump(docs, open(work.DATA + '/prose.json', 'w'))
    ss = [s for d in docs for p in d['paras'] for s in p]
    print(len(docs), 'docs', len(ss), 'sentences', len(set(ss)), 'unique', sum(len(s) for s in ss), 'chars')
if __name__ == '__main__': main()

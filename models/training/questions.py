"""Questions and keyword queries made by rule from headings and sentences; a synonym table from WordNet for words of a query."""
import re
import work

VERBS = set('''use make create set add run install configure build write read get start stop manage define change find remove delete update test debug
handle enable disable choose connect send check control deploy import export customize customise work view open close save load move copy edit
select insert format print search share sign log restore back upgrade migrate mount resize rename filter sort define understand access
convert generate store extend integrate specify override validate verify monitor troubleshoot fix resolve prepare publish register measure
limit avoid prevent protect reduce increase improve replace display show hide switch play record draw apply attach assign combine compare'''.split())
GERUND = re.compile(r'^([A-Z][a-z]+)ing\b\s+(.+)')
STOP = set('''a an the of to in on for and or is are was were be been by with from as at that this these those it its if then than so not no do does did can
could may might must shall should will would you your we our they their he she his her i my me us them there here what which who whom whose when where why
how all any both each few more most other some such only own same too very just also into about over under again once has have had having'''.split())


def base_form(stem):
    """'Configur' of 'Configuring' -> 'configure' when that is a verb we know, else None"""
    stem = stem.lower()
    options = [stem, stem + 'e', stem[:-1] if len(stem) > 3 and stem[-1] == stem[-2:-1] else stem]
    return next((x for x in options if x in VERBS), None)


def lower_first(text):
    return text if len(text) > 1 and (text[1].isupper() or not text[0].isalpha()) else text[:1].lower() + text[1:]


def from_heading(path, r):
    """One query about a section, in one of many wordings."""
    head = path[-1].rstrip('?.:!')
    if path[-1].endswith('?'):
        return path[-1]
    low = lower_first(head)
    outer = path[-2] if len(path) > 1 and r.random() < .45 else path[0] if r.random() < .5 else None
    outer = None if outer is None or outer == path[-1] or len(outer) > 60 else outer
    verb = low.split(' ')[0].lower()
    gerund = GERUND.match(head)
    act = f'{base_form(gerund[1])} {gerund[2]}' if gerund and base_form(gerund[1]) else low if verb in VERBS and ' ' in low else None
    if low.lower().startswith('how to '):
        act = low[7:]
    if low.lower().startswith(('how ', 'what ', 'why ', 'when ', 'where ')):
        return head + '?' if act is None or r.random() < .3 else f'{r.choice(HOW)} {act}?'
    place = f' {r.choice(["in", "with", "for"])} {lower_first(outer)}' if outer and r.random() < .6 else ''
    if act:
        return r.choice([f'{r.choice(HOW)} {act}{place}?', f'{r.choice(HOW)} {act}{place}?', low, f'{act}{place}', f'steps to {act}'])
    return r.choice([f'{r.choice(WHAT)} {low}{place}?', f'{r.choice(WHAT)} {low}{place}?', low, f'{low}{place}', f'{outer or ""} {low}'.strip(),
                     f'How does {low} work{place}?', f'What should I know about {low}{place}?', f'Explain {low}{place}', f'{r.choice(ABOUT)} {low}{place}?'])


HOW = ['How do I', 'How can I', 'How can you', 'How do you', 'How to', 'What is the way to', 'How would one', 'What steps does it take to', 'Is it possible to', 'How does one']
WHAT = ['What is', 'What are', 'What is meant by', 'What does the documentation say about', 'What are some examples of', 'What is the purpose of']
ABOUT = ['Where can I read about', 'What are the benefits of', 'When should you use', 'Why use', 'What are the key points of', 'According to the documentation, what is', 'What options are there for']

RULES = [
    (re.compile(r'^You (?:can|may|could) (?:also |then )?use (?:the )?(.{4,50}?) to ([a-z].{8,90})\.$'), ['How can I {1}?', 'What can be used to {1}?', 'How do you {1}?', 'How does {0} help to {1}?']),
    (re.compile(r'^(?:You|Users|One) (?:can|may|could|must|should|need to|have to) (?:also |then |now )?([a-z]{3,} .{10,100})\.$'), ['How can you {0}?', 'How do I {0}?', 'Is it possible to {0}?']),
    (re.compile(r'^(?:In order to|To) ([a-z]{2,} .{6,70}?), .{15,}$'), ['How do I {0}?', 'How can you {0}?', 'What do I need to do to {0}?', 'What is needed to {0}?']),
    (re.compile(r'^(?:An?|The)? ?([A-Za-z][\w\- ]{3,40}?) (?:is|are) (?:an?|the) .{20,}$'), ['What is {0}?', 'What are {0}?', 'What does {0} mean?', 'Define {0}']),
    (re.compile(r'^(?:The )?([\w\- ]{3,40}?) (?:allows?|lets?|enables?) (?:you|users|us|one|the user) (?:to )?([a-z].{8,90})\.$'), ['How can I {1}?', 'What does {0} allow?', 'What lets me {1}?']),
    (re.compile(r'^If ([a-z].{10,80}?), (?:then )?.{15,}$'), ['What happens if {0}?', 'What should I do if {0}?', 'What if {0}?']),
    (re.compile(r'^(?:When|Once|After) ([a-z].{10,80}?), .{15,}$'), ['What happens when {0}?', 'What should be done when {0}?']),
    (re.compile(r'^By default,? (?:the )?(.{5,60}?) (?:is|are) .{4,}$'), ['What is the default for {0}?', 'What {0} is used by default?']),
    (re.compile(r'^(?:The )?([\w\- ]{4,60}?) (?:is|are) (?:used|needed|required) (?:to|for) .{8,}$'), ['What is {0} used for?', 'Why is {0} needed?', 'What is the purpose of {0}?']),
    (re.compile(r'^(.{15,90}?),? because .{12,}$'), ['Why {0}?', 'What is the reason that {0}?']),
    (re.compile(r'^(?:The )?([\w\- ]{4,50}?) (?:must|should|cannot|can not) (?:not )?(?:be )?.{10,}$'), ['What must {0} be?', 'What are the requirements for {0}?', 'What are the rules for {0}?']),
    (re.compile(r'^(?:There are|We have) (.{6,60}?)[.:].*$'), ['What {0} are there?', 'Which {0} exist?']),
]


def from_sentence(sentence, r):
    """A natural question that the sentence answers, or keywords of it, or None."""
    for pattern, forms in r.sample(RULES, len(RULES)):
        found = pattern.match(sentence)
        if found and r.random() < .85:
            return r.choice(forms).format(*(lower_first(x.strip(' ,')) for x in found.groups())).replace(' your ', ' my ')
    words = [w.strip('.,;:()"\'') for w in sentence.split()]
    words = [w for w in words if w.lower() not in STOP and len(w) > 2]
    if len(words) < 4:
        return None
    n = r.randint(2, 5)
    i = r.randint(0, max(0, len(words) - n))
    text = ' '.join(words[i:i + n]) if r.random() < .6 else ' '.join(r.sample(words, min(n, len(words))))
    return text if r.random() < .6 else f'{r.choice(WHAT[:2] + ABOUT + HOW[:3])} {text}?'


def synonyms():
    """word -> other single words of its synsets with the commonest first sense, from WordNet's data files"""
    table = {}
    for part in ('noun', 'verb', 'adj'):
        first = {}
        for line in open(work.path(f'docs/wordnet-base/usr/share/wordnet/index.{part}')):
            f = line.split()
            if not line.startswith(' ') and '_' not in f[0]:
                first[f[0]] = f[-int(f[2]):][0]
        members = {}
        for line in open(work.path(f'docs/wordnet-base/usr/share/wordnet/data.{part}')):
            if not line.startswith(' '):
                f = line.split()
                members[f[0]] = [w.lower().split('(')[0] for w in f[4:4 + 2 * int(f[3], 16):2]]
        for word, synset in first.items():
            others = [w for w in members.get(synset, ()) if w != word and '_' not in w and w.isalpha()]
            if others and len(word) > 3:
                table.setdefault(word, others)
    return table


def substitute(text, table, r, rate=.25):
    """Some words of the query replaced by a synonym, so that the words alone do not find the passage."""
    return ' '.join(r.choice(table[w.lower()]) if w.lower() in table and r.random() < rate else w for w in text.split(' '))

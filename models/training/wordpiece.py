"""WordPiece as llama.cpp's bert tokenizer does it: lower case, accents stripped, greedy longest match."""
import json, re, unicodedata
import work

ASCII_WORDS = re.compile(r'[a-z0-9]+|[^\sa-z0-9]')
class WordPiece:
    def __init__(s): s.vocab = json.load(open(work.DATA + '/wordpiece.json')); s.id = {t: i for i, t in enumerate(s.vocab)}; s.cache = {}; s.CLS, s.SEP, s.UNK, s.PAD = (s.id[x] for x in ('[CLS]', '[SEP]', '[UNK]', '[PAD]'))
    def words(s, text):
        """llama.cpp's llm_tokenizer_wpm preprocess: NFD, drop controls, lower-case, split off punctuation and CJK"""
        text = text.replace('\n', ' ')
        if text.isascii() and text.isprintable(): return ASCII_WORDS.findall(text.lower())
        out = ['']; 
        for c in unicodedata.normalize('NFD', text):
            o = ord(c); cat = unicodedata.category(c)
            if c.isspace():
                if out[-1]: out.append('')
                continue
            if o == 0 or o == 0xFFFD or cat[0] == 'C' and cat != 'Cn' or cat == 'Mn': continue
            c = c.lower()
            if cat[0] == 'P' or (o < 127 and cat[0] == 'S') or 0x4E00 <= o <= 0x9FFF or 0x3400 <= o <= 0x4DBF or 0x20000 <= o <= 0x2FA1F or 0xF900 <= o <= 0xFAFF:
                if out[-1]: out.append('')
                out[-1] = c; out.append('')
            else: out[-1] += c
        return [w for w in out if w]
    def encode(s, text):
        out = []
        for w in s.words(text):
            c = s.cache.get(w)
            if c is None:
                c = []; i = 0
                while i < len(w):
                    for j in range(len(w), i, -1):
                        t = s.id.get(('##' if i else '') + w[i:j])
                        if t is not None: break
                    else: c = [s.UNK]; break
                    c.append(t); i = j
                if len(s.cache) < 500000: s.cache[w] = c
            out += c
        return out

#!/usr/bin/env python3
"""Step 19: embed.pt / rerank.pt -> GGUF (arch bert).  usage: export_bert.py embed|rerank q8|f16 OUT.gguf [CHECKPOINT]
The reranker's hidden matrices are F16 whatever is asked, because its position arithmetic needs the precision."""
import os, sys
import bertmodel, gguf, work
from wordpiece import WordPiece

SPECIAL = dict(bos='[CLS]', eos='[SEP]', unknown='[UNK]', seperator='[SEP]', padding='[PAD]', cls='[CLS]', mask='[MASK]')


def token_text(token):
    """llama.cpp's spelling: a word's start is marked, a continuation is not"""
    if token.startswith('[') and len(token) > 2:
        return token
    return token[2:] if token.startswith('##') and len(token) > 2 else '\u2581' + token


def describe(w, kind, model, vocab):
    size, rank = model.size, kind == 'rerank'
    parameters = sum(p.numel() for p in model.parameters())
    about = 'Small cross-encoder reranker.' if rank else 'Small sentence embedding model.'
    for key, value in dict(architecture='bert', type='model', name=f'tiny-{kind}', size_label=f'{parameters / 1e6:.1f}M', license='apache-2.0',
                           description=about, file_type=7, quantization_version=2).items():
        w.add('general.' + key, value)
    for key, value in {'context_length': size['ctx'], 'embedding_length': size['d'], 'block_count': size['L'], 'feed_forward_length': size['ff'],
                       'attention.head_count': size['H'], 'attention.layer_norm_epsilon': bertmodel.EPS, 'attention.causal': False,
                       'pooling_type': 4 if rank else 1, 'vocab_size': len(vocab)}.items():
        w.add('bert.' + key, value)
    if not rank:
        w.add('bert.matryoshka_dimensions', [64, 128])  # train_static.py trains these beginnings
    w.add('tokenizer.ggml.model', 'bert')
    w.add('tokenizer.ggml.token_type_count', 2)
    w.add('tokenizer.ggml.tokens', [token_text(t) for t in vocab])
    w.add('tokenizer.ggml.token_type', [2 if t == '[UNK]' else 3 if t in SPECIAL.values() else 1 for t in vocab])
    for key, token in SPECIAL.items():
        w.add(f'tokenizer.ggml.{key}_token_id', vocab.index(token))


def block(put, i, b):
    p = f'blk.{i}.'
    for n, weight, bias in zip('qkv', b.qkv.chunk(3, 0), b.qkvb.chunk(3, 0)):
        put(f'{p}attn_{n}.weight', weight)
        put(f'{p}attn_{n}.bias', bias)
    for name, weight, bias in (('attn_output', b.o, b.ob), ('attn_output_norm', b.n1, b.n1b), ('ffn_up', b.up, b.upb),
                               ('ffn_down', b.dn, b.dnb), ('layer_output_norm', b.n2, b.n2b)):
        put(f'{p}{name}.weight', weight)
        put(f'{p}{name}.bias', bias)


def main():
    kind, quantised, out = sys.argv[1], sys.argv[2] == 'q8', sys.argv[3]
    model, vocab, w = bertmodel.load(work.path(sys.argv[4] if len(sys.argv) > 4 else f'{kind}.pt')), WordPiece().vocab, gguf.Writer()
    describe(w, kind, model, vocab)
    table = gguf.Q8_0 if quantised else gguf.F16
    put = lambda name, x: w.tensor(name, x, gguf.F16 if kind == 'rerank' else table)
    w.tensor('token_embd.weight', model.emb, table)
    w.tensor('token_types.weight', model.tt, gguf.F32)
    w.tensor('position_embd.weight', model.pos, gguf.F16)
    put('token_embd_norm.weight', model.en)
    put('token_embd_norm.bias', model.enb)
    for i, b in enumerate(model.blocks):
        block(put, i, b)
    if kind == 'rerank':
        for name, x in (('cls.weight', model.cls), ('cls.bias', model.clsb), ('cls.output.weight', model.out), ('cls.output.bias', model.outb)):
            put(name, x)
    w.write(out)
    print(out, os.path.getsize(out))


if __name__ == '__main__':
    main()

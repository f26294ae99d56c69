#!/usr/bin/env python3
"""Step 9: embed.pt / rerank.pt -> GGUF (arch bert).  usage: export_bert.py embed|rerank [q8|f16] OUT.gguf"""
import sys, os, torch, gguf, work
from bertmodel import Bert, WordPiece, BC
def main():
    kind = sys.argv[1]; quant = dict(q8=gguf.Q8_0, f16=gguf.F16)[sys.argv[2]]; rank = kind == 'rerank'; wp = WordPiece(); m = Bert(wp.vocab, rank=rank); m.load_state_dict(torch.load(work.path(f'{kind}.pt'))['m'], strict=False); C = BC; w = gguf.Writer(); a = w.add
    a('general.architecture', 'bert'); a('general.type', 'model'); a('general.name', f'tiny-{kind}'); a('general.size_label', '5.2M'); a('general.license', 'apache-2.0'); a('general.description', 'Small sentence embedding model trained from scratch.' if not rank else 'Small cross-encoder reranker trained from scratch.')
    a('general.file_type', 7 if quant == gguf.Q8_0 else 1); a('general.quantization_version', 2)
    for k, v in dict(context_length=C['ctx'], embedding_length=C['d'], block_count=C['L'], feed_forward_length=C['ff']).items(): a('bert.' + k, v)
    a('bert.attention.head_count', C['H']); a('bert.attention.layer_norm_epsilon', C['eps']); a('bert.attention.causal', False); a('bert.pooling_type', 4 if rank else 1); a('bert.vocab_size', len(wp.vocab))
    a('tokenizer.ggml.model', 'bert'); a('tokenizer.ggml.token_type_count', 2)
    a('tokenizer.ggml.tokens', [t if t.startswith('[') and len(t) > 2 else t[2:] if t.startswith('##') and len(t) > 2 else '\u2581' + t for t in wp.vocab]); a('tokenizer.ggml.token_type', [3 if t in ('[CLS]', '[SEP]', '[MASK]', '[PAD]') else 2 if t == '[UNK]' else 1 for t in wp.vocab])
    for k, v in dict(bos=wp.CLS, eos=wp.SEP, unknown=wp.UNK, seperator=wp.SEP, padding=wp.PAD, cls=wp.CLS, mask=wp.id['[MASK]']).items(): a(f'tokenizer.ggml.{k}_token_id', v)
    T = lambda n, x: w.tensor(n, x, quant)
    T('token_embd.weight', m.emb.weight()); w.tensor('token_types.weight', m.tt, gguf.F32); w.tensor('position_embd.weight', m.pos, gguf.F16); T('token_embd_norm.weight', m.en); T('token_embd_norm.bias', m.enb)
    for i, b in enumerate(m.blocks):
        p = f'blk.{i}.'
        for n, x, y in zip('qkv', b.qkv.chunk(3, 0), b.qkvb.chunk(3, 0)): T(f'{p}attn_{n}.weight', x); T(f'{p}attn_{n}.bias', y)
        T(p + 'attn_output.weight', b.o); T(p + 'attn_output.bias', b.ob); T(p + 'attn_output_norm.weight', b.n1); T(p + 'attn_output_norm.bias', b.n1b)
        T(p + 'ffn_up.weight', b.up); T(p + 'ffn_up.bias', b.upb); T(p + 'ffn_down.weight', b.dn); T(p + 'ffn_down.bias', b.dnb); T(p + 'layer_output_norm.weight', b.n2); T(p + 'layer_output_norm.bias', b.n2b)
    if rank: T('cls.weight', m.cls); T('cls.bias', m.clsb); w.tensor('cls.output.weight', m.out, gguf.F16); T('cls.output.bias', m.outb)
    w.write(sys.argv[3]); print(sys.argv[3], os.path.getsize(sys.argv[3]))
main()

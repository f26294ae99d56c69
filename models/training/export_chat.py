#!/usr/bin/env python3
"""Step 5: chat.pt -> GGUF.  usage: export_chat.py [q8|f16] OUT.gguf [CHECKPOINT]"""
import sys, torch, gen, bpe, gguf, work
from chatmodel import Chat, CFG
TEMPLATE = "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
def main():
    quant = dict(q8=gguf.Q8_0, f16=gguf.F16)[sys.argv[1]]; tok = bpe.BPE(gen.DATA + '/bpe.json'); m = Chat(tok.tokens); m.load_state_dict(torch.load(sys.argv[3] if len(sys.argv) > 3 else work.path('chat.pt'))['m'], strict=False)
    w = gguf.Writer(); C = CFG; a = w.add
    a('general.architecture', 'llama'); a('general.type', 'model'); a('general.name', 'tiny-rag-chat'); a('general.size_label', '7.4M'); a('general.license', 'apache-2.0')
    a('general.description', 'Small extractive assistant: quotes the sentence of the given context that answers the question, with its citation, or says that it does not know. Trained from scratch.')
    a('general.file_type', 7 if quant == gguf.Q8_0 else 1); a('general.quantization_version', 2)
    a('llama.context_length', C['ctx']); a('llama.embedding_length', C['d']); a('llama.block_count', C['L']); a('llama.feed_forward_length', C['ff']); a('llama.attention.head_count', C['H']); a('llama.attention.head_count_kv', C['H'])
    a('llama.attention.layer_norm_rms_epsilon', C['eps']); a('llama.rope.dimension_count', C['d'] // C['H']); a('llama.rope.freq_base', C['theta']); a('llama.vocab_size', len(tok.tokens))
    a('tokenizer.ggml.model', 'gpt2'); a('tokenizer.ggml.pre', 'gpt-2'); a('tokenizer.ggml.tokens', tok.tokens)
    a('tokenizer.ggml.token_type', [3 if t in bpe.SPECIALS else 5 if t.startswith('<|unused') else 1 for t in tok.tokens]); a('tokenizer.ggml.merges', [x + ' ' + y for x, y in tok.merges])
    a('tokenizer.ggml.bos_token_id', tok.id['<|endoftext|>']); a('tokenizer.ggml.eos_token_id', tok.id['<|im_end|>']); a('tokenizer.ggml.padding_token_id', tok.id['<|endoftext|>']); a('tokenizer.ggml.add_bos_token', False)
    a('tokenizer.chat_template', TEMPLATE)
    T = lambda n, x: w.tensor(n, x, quant)
    T('token_embd.weight', m.emb.weight()); T('output_norm.weight', m.nf.w)
    for i, b in enumerate(m.blocks):
        q, k, v = b.W().chunk(3, 0); g, u = b.gu.chunk(2, 0); p = f'blk.{i}.'
        T(p + 'attn_norm.weight', b.n1.w); T(p + 'attn_q.weight', q); T(p + 'attn_k.weight', k); T(p + 'attn_v.weight', v); T(p + 'attn_output.weight', b.o)
        T(p + 'ffn_norm.weight', b.n2.w); T(p + 'ffn_gate.weight', g); T(p + 'ffn_up.weight', u); T(p + 'ffn_down.weight', b.dn)
    w.write(sys.argv[2]); import os; print(sys.argv[2], os.path.getsize(sys.argv[2]))
main()

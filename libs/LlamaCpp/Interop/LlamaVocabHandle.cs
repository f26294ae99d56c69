using System.Runtime.InteropServices;

namespace Millrace.LlamaCpp.Interop;

/// <summary>A <c>llama_vocab</c>, which belongs to its model. All functions here are thread-safe.</summary>
internal sealed unsafe partial class LlamaVocabHandle(LlamaModelHandle model) : BorrowedHandle(model, model.Vocabulary())
{
    public int Type() => Type(this);

    public int Count() => Count(this);

    public int Bos() => Bos(this);

    public int Eos() => Eos(this);

    public int Eot() => Eot(this);

    public int Sep() => Sep(this);

    public int NewLine() => NewLine(this);

    public int Pad() => Pad(this);

    public int Mask() => Mask(this);

    public bool AddsBos() => AddsBos(this);

    public bool AddsEos() => AddsEos(this);

    public bool AddsSep() => AddsSep(this);

    public bool IsEndOfGeneration(int token) => IsEndOfGeneration(this, token);

    public bool IsControl(int token) => IsControl(this, token);

    public int Attributes(int token) => Attributes(this, token);

    public string Text(int token) => NativeText.FromPointer(Text(this, token)) ?? "";

    public int Tokenize(ReadOnlySpan<byte> text, Span<LlamaToken> tokens, bool addSpecial, bool parseSpecial)
    {
        fixed (byte* textPointer = text)
        fixed (LlamaToken* tokenPointer = tokens)
            return Tokenize(this, textPointer, text.Length, tokenPointer, tokens.Length, addSpecial, parseSpecial);
    }

    public int TokenToPiece(int token, Span<byte> buffer, bool special)
    {
        fixed (byte* pointer = buffer) return TokenToPiece(this, token, pointer, buffer.Length, 0, special);
    }

    public int Detokenize(ReadOnlySpan<LlamaToken> tokens, Span<byte> text, bool removeSpecial, bool unparseSpecial)
    {
        fixed (LlamaToken* tokenPointer = tokens)
        fixed (byte* textPointer = text)
            return Detokenize(this, tokenPointer, tokens.Length, textPointer, text.Length, removeSpecial, unparseSpecial);
    }

    [LibraryImport("llama", EntryPoint = "llama_vocab_type")]
    private static partial int Type(LlamaVocabHandle vocab);

    [LibraryImport("llama", EntryPoint = "llama_vocab_n_tokens")]
    private static partial int Count(LlamaVocabHandle vocab);

    [LibraryImport("llama", EntryPoint = "llama_vocab_bos")]
    private static partial int Bos(LlamaVocabHandle vocab);

    [LibraryImport("llama", EntryPoint = "llama_vocab_eos")]
    private static partial int Eos(LlamaVocabHandle vocab);

    [LibraryImport("llama", EntryPoint = "llama_vocab_eot")]
    private static partial int Eot(LlamaVocabHandle vocab);

    [LibraryImport("llama", EntryPoint = "llama_vocab_sep")]
    private static partial int Sep(LlamaVocabHandle vocab);

    [LibraryImport("llama", EntryPoint = "llama_vocab_nl")]
    private static partial int NewLine(LlamaVocabHandle vocab);

    [LibraryImport("llama", EntryPoint = "llama_vocab_pad")]
    private static partial int Pad(LlamaVocabHandle vocab);

    [LibraryImport("llama", EntryPoint = "llama_vocab_mask")]
    private static partial int Mask(LlamaVocabHandle vocab);

    [LibraryImport("llama", EntryPoint = "llama_vocab_get_add_bos")]
    [return: MarshalAs(UnmanagedType.U1)]
    private static partial bool AddsBos(LlamaVocabHandle vocab);

    [LibraryImport("llama", EntryPoint = "llama_vocab_get_add_eos")]
    [return: MarshalAs(UnmanagedType.U1)]
    private static partial bool AddsEos(LlamaVocabHandle vocab);

    [LibraryImport("llama", EntryPoint = "llama_vocab_get_add_sep")]
    [return: MarshalAs(UnmanagedType.U1)]
    private static partial bool AddsSep(LlamaVocabHandle vocab);

    [LibraryImport("llama", EntryPoint = "llama_vocab_is_eog")]
    [return: MarshalAs(UnmanagedType.U1)]
    private static partial bool IsEndOfGeneration(LlamaVocabHandle vocab, int token);

    [LibraryImport("llama", EntryPoint = "llama_vocab_is_control")]
    [return: MarshalAs(UnmanagedType.U1)]
    private static partial bool IsControl(LlamaVocabHandle vocab, int token);

    [LibraryImport("llama", EntryPoint = "llama_vocab_get_attr")]
    private static partial int Attributes(LlamaVocabHandle vocab, int token);

    [LibraryImport("llama", EntryPoint = "llama_vocab_get_text")]
    private static partial byte* Text(LlamaVocabHandle vocab, int token);

    [LibraryImport("llama", EntryPoint = "llama_tokenize")]
    private static partial int Tokenize(
        LlamaVocabHandle vocab,
        byte* text,
        int textLength,
        LlamaToken* tokens,
        int tokensMax,
        [MarshalAs(UnmanagedType.U1)] bool addSpecial,
        [MarshalAs(UnmanagedType.U1)] bool parseSpecial);

    [LibraryImport("llama", EntryPoint = "llama_token_to_piece")]
    private static partial int TokenToPiece(
        LlamaVocabHandle vocab,
        int token,
        byte* buffer,
        int length,
        int leftStrip,
        [MarshalAs(UnmanagedType.U1)] bool special);

    [LibraryImport("llama", EntryPoint = "llama_detokenize")]
    private static partial int Detokenize(
        LlamaVocabHandle vocab,
        LlamaToken* tokens,
        int tokenCount,
        byte* text,
        int textMax,
        [MarshalAs(UnmanagedType.U1)] bool removeSpecial,
        [MarshalAs(UnmanagedType.U1)] bool unparseSpecial);
}

using System.Text;
using Millrace.LlamaCpp.Interop;

namespace Millrace.LlamaCpp;

/// <summary>Which tokenizer a vocabulary uses.</summary>
public enum VocabularyType
{
    /// <summary>The model has no vocabulary.</summary>
    None = 0,

    /// <summary>SentencePiece with byte fallback.</summary>
    SentencePiece = 1,

    /// <summary>Byte-level byte-pair encoding.</summary>
    BytePair = 2,

    /// <summary>WordPiece, as in BERT.</summary>
    WordPiece = 3,

    /// <summary>Unigram, as in T5.</summary>
    Unigram = 4,

    /// <summary>Greedy longest match, as in RWKV.</summary>
    Rwkv = 5,

    /// <summary>Aho-Corasick with dynamic programming, as in PLaMo-2.</summary>
    Plamo2 = 6,
}

/// <summary>A model's vocabulary and tokenizer. Thread-safe; lives as long as its model.</summary>
public sealed class LlamaVocab
{
    private const int PieceBytesMax = 1 << 16;

    private readonly LlamaVocabHandle _handle;

    internal LlamaVocab(LlamaVocabHandle handle)
    {
        _handle = handle;
        Type = (VocabularyType)handle.Type();
        Count = handle.Count();
        Bos = Optional(handle.Bos());
        Eos = Optional(handle.Eos());
        Eot = Optional(handle.Eot());
        Sep = Optional(handle.Sep());
        NewLine = Optional(handle.NewLine());
        Pad = Optional(handle.Pad());
        Mask = Optional(handle.Mask());
        AddsBos = handle.AddsBos();
        AddsEos = handle.AddsEos();
        AddsSep = handle.AddsSep();
    }

    /// <summary>The tokenizer.</summary>
    public VocabularyType Type { get; }

    /// <summary>Number of tokens; ids are 0 to <c>Count - 1</c>.</summary>
    public int Count { get; }

    /// <summary>Beginning of text. In a BERT vocabulary this is <c>[CLS]</c>.</summary>
    public LlamaToken? Bos { get; }

    /// <summary>The classification token, which is <see cref="Bos"/> under another name.</summary>
    public LlamaToken? Cls => Bos;

    /// <summary>End of text.</summary>
    public LlamaToken? Eos { get; }

    /// <summary>End of turn.</summary>
    public LlamaToken? Eot { get; }

    /// <summary>Separator between a BERT model's segments.</summary>
    public LlamaToken? Sep { get; }

    /// <summary>Line feed.</summary>
    public LlamaToken? NewLine { get; }

    /// <summary>Padding.</summary>
    public LlamaToken? Pad { get; }

    /// <summary>The masked position of a masked language model.</summary>
    public LlamaToken? Mask { get; }

    /// <summary>Whether tokenizing with special tokens puts <see cref="Bos"/> in front.</summary>
    public bool AddsBos { get; }

    /// <summary>Whether tokenizing with special tokens puts <see cref="Eos"/> at the end.</summary>
    public bool AddsEos { get; }

    /// <summary>Whether tokenizing with special tokens puts <see cref="Sep"/> at the end.</summary>
    public bool AddsSep { get; }

    /// <summary>Whether generation ends with this token (end of text, of turn, of message ...).</summary>
    public bool IsEndOfGeneration(LlamaToken token) => _handle.IsEndOfGeneration(Checked(token));

    /// <summary>Whether the token is a control token, which has no text of its own.</summary>
    public bool IsControl(LlamaToken token) => _handle.IsControl(Checked(token));

    /// <summary>The token's attributes.</summary>
    public TokenAttributes AttributesOf(LlamaToken token) => (TokenAttributes)_handle.Attributes(Checked(token));

    /// <summary>The token as it is written in the vocabulary, with the tokenizer's own escapes; for display only.</summary>
    public string TextOf(LlamaToken token) => _handle.Text(Checked(token));

    /// <summary>Splits <paramref name="text"/> into tokens.</summary>
    /// <param name="text">Any text; a lone surrogate becomes U+FFFD.</param>
    /// <param name="addSpecial">Add the tokens that the model expects around a text, for example <c>[CLS]</c> and <c>[SEP]</c>.</param>
    /// <param name="parseSpecial">
    /// Read control tokens such as <c>&lt;|im_start|&gt;</c> where they are spelled out. Leave it off for text from users, who could
    /// otherwise forge turns.
    /// </param>
    public LlamaToken[] Tokenize(string text, bool addSpecial = false, bool parseSpecial = false)
    {
        var utf8 = Encoding.UTF8.GetBytes(text);
        var tokens = new LlamaToken[utf8.Length + 8];
        if (!TryTokenize(utf8, tokens, out var count, addSpecial, parseSpecial))
        {
            tokens = new LlamaToken[count];
            TryTokenize(utf8, tokens, out count, addSpecial, parseSpecial);
        }

        return tokens.AsSpan(0, count).ToArray();
    }

    /// <summary>Splits UTF-8 text into tokens without allocating.</summary>
    /// <returns>False when <paramref name="destination"/> is too short; <paramref name="count"/> is then the length needed.</returns>
    /// <exception cref="LlamaException">The model has no vocabulary, or the text is too long to count.</exception>
    public bool TryTokenize(
        ReadOnlySpan<byte> utf8, Span<LlamaToken> destination, out int count, bool addSpecial = false, bool parseSpecial = false)
    {
        RequireVocabulary();
        var written = _handle.Tokenize(utf8, destination, addSpecial, parseSpecial);
        if (written == int.MinValue)
            throw new LlamaException(LlamaFailure.ComputeFailed, "The text has more tokens than can be counted; split it.");

        count = Math.Abs(written);
        return written >= 0;
    }

    /// <summary>Number of tokens of <paramref name="text"/>.</summary>
    public int CountTokens(string text, bool addSpecial = false, bool parseSpecial = false)
    {
        TryTokenize(Encoding.UTF8.GetBytes(text), [], out var count, addSpecial, parseSpecial);
        return count;
    }

    /// <summary>
    /// Writes the token's UTF-8 bytes. A token may hold part of a character, so bytes must be joined before they are decoded.
    /// </summary>
    /// <returns>The number of bytes, or the negative number needed when <paramref name="destination"/> is too short.</returns>
    public int GetPiece(LlamaToken token, Span<byte> destination, bool special = false) =>
        _handle.TokenToPiece(Checked(token), destination, special);

    /// <summary>The token's UTF-8 bytes.</summary>
    public byte[] GetPiece(LlamaToken token, bool special = false)
    {
        Span<byte> buffer = stackalloc byte[128];
        var length = GetPiece(token, buffer, special);
        if (length >= 0) return buffer[..length].ToArray();

        var piece = new byte[Math.Min(-length, PieceBytesMax)];
        GetPiece(token, piece, special);
        return piece;
    }

    /// <summary>Joins tokens into text. Bytes that are not UTF-8 become U+FFFD.</summary>
    /// <param name="tokens">Tokens of this vocabulary.</param>
    /// <param name="special">Write control tokens as they are spelled instead of leaving them out.</param>
    public string Detokenize(ReadOnlySpan<LlamaToken> tokens, bool special = false)
    {
        foreach (var token in tokens) Checked(token);
        var utf8 = new byte[tokens.Length * 8 + 16];
        var length = _handle.Detokenize(tokens, utf8, removeSpecial: false, special);
        if (length < 0)
        {
            utf8 = new byte[-length];
            length = _handle.Detokenize(tokens, utf8, removeSpecial: false, special);
        }

        return Encoding.UTF8.GetString(utf8, 0, length);
    }

    /// <summary>Whether the id is in the vocabulary.</summary>
    public bool Contains(LlamaToken token) => (uint)token.Id < (uint)Count;

    internal void Release() => _handle.Dispose();

    private static LlamaToken? Optional(int id) => id < 0 ? null : new LlamaToken(id);

    // The library asserts on ids outside the vocabulary, and on any id where there is a size but no vocabulary.
    private int Checked(LlamaToken token)
    {
        RequireVocabulary();
        return Contains(token)
            ? token.Id
            : throw new ArgumentOutOfRangeException(nameof(token), token.Id, $"Token ids of this vocabulary are 0 to {Count - 1}.");
    }

    private void RequireVocabulary()
    {
        if (Type == VocabularyType.None)
            throw new LlamaException(LlamaFailure.LoadFailed, "The model has no vocabulary; use one whose file has a tokenizer.");
    }
}

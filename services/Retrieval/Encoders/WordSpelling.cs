using System.Buffers;
using System.Collections.Concurrent;
using System.Text;
using Microsoft.ML.Tokenizers;

namespace Millrace.Retrieval.Encoders;

/// <summary>
/// Counts the pieces of single words with BertTokenizer, and remembers them. Two kinds of words are spelled here, where the tokenizer
/// would count otherwise than llama.cpp: those longer than it takes, for llama.cpp has no such limit, and those with the character that
/// llama.cpp itself marks the beginning of a word with. Thread-safe.
/// </summary>
internal sealed class WordSpelling
{
    /// <summary>UTF-16 code units of the longest word that goes to the tokenizer.</summary>
    private const int TokenizerCharsMax = 200;
    private const int RememberedCharsMax = 40;
    private const int RememberedMax = 100_000;
    private const char WordStart = '\u2581';
    private const string Inside = "##";

    private readonly BertTokenizer _tokenizer;
    private readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> _pieces;
    private readonly int _pieceCharsMax;
    private readonly ConcurrentDictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _remembered;
    private int _rememberedCount;

    /// <summary>Makes the speller of a model.</summary>
    /// <exception cref="ArgumentException">The vocabulary lacks the unknown token or has a token twice.</exception>
    public WordSpelling(WordPieceModel model)
    {
        _tokenizer = CreateTokenizer(model);
        HashSet<string> pieces = new(model.Vocabulary.Select(InLlamasWriting), StringComparer.Ordinal);
        _pieces = pieces.GetAlternateLookup<ReadOnlySpan<char>>();
        _pieceCharsMax = pieces.Max(piece => piece.Length);
        _remembered = new ConcurrentDictionary<string, int>(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>Number of pieces of a word, 1 for one that cannot be spelled.</summary>
    /// <param name="word">A folded word, not empty.</param>
    public int CountPieces(ReadOnlySpan<char> word)
    {
        if (_remembered.TryGetValue(word, out var count)) return count;
        count = word.Length > TokenizerCharsMax || word.Contains(WordStart)
            ? Spell(word)
            : _tokenizer.CountTokens(word, considerPreTokenization: false, considerNormalization: false);
        if (word.Length <= RememberedCharsMax && Volatile.Read(ref _rememberedCount) < RememberedMax && _remembered.TryAdd(word, count))
            Interlocked.Increment(ref _rememberedCount);
        return count;
    }

    // Words come folded and one by one, so that nothing is left for the tokenizer's own preparation.
    private static BertTokenizer CreateTokenizer(WordPieceModel model)
    {
        var tokens = model.Vocabulary.ToHashSet(StringComparer.Ordinal);
        var options = new BertOptions
        {
            ApplyBasicTokenization = false,
            SplitOnSpecialTokens = false,
            MaxInputCharsPerWord = TokenizerCharsMax,
            UnknownToken = model.UnknownToken,
        };

        // The tokenizer wants these to exist, though it never uses them here.
        string Existing(string token) => tokens.Contains(token) ? token : model.UnknownToken;
        options.SeparatorToken = Existing(options.SeparatorToken);
        options.PaddingToken = Existing(options.PaddingToken);
        options.ClassificationToken = Existing(options.ClassificationToken);
        options.MaskingToken = Existing(options.MaskingToken);
        using var lines = new MemoryStream(Encoding.UTF8.GetBytes(string.Join('\n', model.Vocabulary)));
        return BertTokenizer.Create(lines, options);
    }

    private static string InLlamasWriting(string token) =>
        token.StartsWith(Inside, StringComparison.Ordinal) && token.Length > Inside.Length ? token[Inside.Length..] : WordStart + token;

    private int Spell(ReadOnlySpan<char> word)
    {
        var buffer = ArrayPool<char>.Shared.Rent(word.Length + 1);
        try
        {
            buffer[0] = WordStart;
            word.CopyTo(buffer.AsSpan(1));
            return Spelled(buffer.AsSpan(0, word.Length + 1));
        }
        finally
        {
            ArrayPool<char>.Shared.Return(buffer);
        }
    }

    private int Spelled(ReadOnlySpan<char> rest)
    {
        var count = 0;
        for (; rest.Length > 0; count++)
        {
            var length = LongestPiece(rest);
            if (length == 0) return 1;
            rest = rest[length..];
        }

        return count;
    }

    private int LongestPiece(ReadOnlySpan<char> text)
    {
        var length = Math.Min(text.Length, _pieceCharsMax);
        while (length > 0 && !_pieces.Contains(text[..length])) length--;
        return length;
    }
}

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
    private readonly PieceTrie _pieces;
    private readonly ConcurrentDictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _remembered;
    private int _rememberedCount;

    /// <summary>Makes the speller of a model.</summary>
    /// <exception cref="ArgumentException">The vocabulary lacks the unknown token or has a token twice.</exception>
    public WordSpelling(WordPieceModel model)
    {
        _tokenizer = CreateTokenizer(model);
        _pieces = new PieceTrie(model.Vocabulary.Select(InLlamasWriting));
        _remembered = new ConcurrentDictionary<string, int>(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>Number of pieces of a word, 1 for one that cannot be spelled.</summary>
    /// <param name="word">A folded word, not empty.</param>
    public int CountPieces(ReadOnlySpan<char> word)
    {
        if (word.Length > RememberedCharsMax) return Count(word);
        if (_remembered.TryGetValue(word, out var count)) return count;
        count = Count(word);
        if (Volatile.Read(ref _rememberedCount) < RememberedMax && _remembered.TryAdd(word, count))
            Interlocked.Increment(ref _rememberedCount);
        return count;
    }

    /// <summary>How much of a word its first piece takes; -1 for a word that none begins.</summary>
    /// <param name="word">A folded word.</param>
    public int FirstPiece(ReadOnlySpan<char> word) => _pieces.Longest(WordStart, word) - 1;

    /// <summary>How much of a word's rest its next piece takes; 0 when there is none.</summary>
    /// <param name="rest">What stands behind a piece of a folded word.</param>
    public int InnerPiece(ReadOnlySpan<char> rest) => _pieces.Longest(rest);

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

    private int Count(ReadOnlySpan<char> word) => word.Length > TokenizerCharsMax || word.Contains(WordStart)
        ? Spell(word)
        : _tokenizer.CountTokens(word, considerPreTokenization: false, considerNormalization: false);

    private int Spell(ReadOnlySpan<char> word)
    {
        var first = FirstPiece(word);
        if (first < 0) return 1;
        var count = 1;
        for (var rest = word[first..]; rest.Length > 0; count++)
        {
            var length = InnerPiece(rest);
            if (length == 0) return 1;
            rest = rest[length..];
        }

        return count;
    }
}

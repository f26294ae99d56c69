using System.Text.RegularExpressions;

namespace Microsoft.ML.Tokenizers;

/// <summary>Spells each word with the longest pieces of the vocabulary, from the left.</summary>
public partial class WordPieceTokenizer : Tokenizer
{
    private const int StackCharsMax = 256;

    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _ids;

    private protected WordPieceTokenizer(Dictionary<string, int> vocabulary, WordPieceOptions options)
    {
        if (options.MaxInputCharsPerWord <= 0)
            throw new ArgumentOutOfRangeException(nameof(options), "MaxInputCharsPerWord is not positive.");
        Vocabulary = vocabulary;
        _ids = vocabulary.GetAlternateLookup<ReadOnlySpan<char>>();
        UnknownToken = options.UnknownToken;
        UnknownTokenId = vocabulary.TryGetValue(options.UnknownToken, out var id)
            ? id
            : throw new ArgumentException($"The unknown token '{options.UnknownToken}' is not in the vocabulary.");
        ContinuingSubwordPrefix = options.ContinuingSubwordPrefix;
        MaxInputCharsPerWord = options.MaxInputCharsPerWord;
    }

    /// <summary>The token of a word that the vocabulary cannot spell.</summary>
    public string UnknownToken { get; }

    /// <summary>Its id.</summary>
    public int UnknownTokenId { get; }

    /// <summary>What a piece inside a word begins with.</summary>
    public string ContinuingSubwordPrefix { get; }

    /// <summary>UTF-16 code units of the longest word that is spelled; a longer one is unknown.</summary>
    public int MaxInputCharsPerWord { get; }

    private protected Dictionary<string, int> Vocabulary { get; }

    private protected virtual Regex Words => WhiteSpace();

    // One token a line, the line's number is its id; lines may be empty.
    private protected static Dictionary<string, int> ReadVocabulary(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        Dictionary<string, int> vocabulary = new(StringComparer.Ordinal);
        using var reader = new StreamReader(stream, leaveOpen: true);
        for (var id = 0; reader.ReadLine() is { } line; id++)
            if (line.Length > 0)
                vocabulary.Add(line, id);
        return vocabulary;
    }

    private protected virtual string Normalized(string text) => text;

    private protected override int Encode(ReadOnlySpan<char> text, List<int>? ids, bool splits, bool normalizes)
    {
        if (normalizes && !text.IsEmpty) text = Normalized(text.ToString());
        if (!splits) return text.IsEmpty ? 0 : EncodeWord(text, ids);
        var count = 0;
        foreach (var word in Words.EnumerateMatches(text)) count += EncodeWord(text.Slice(word.Index, word.Length), ids);
        return count;
    }

    private int EncodeWord(ReadOnlySpan<char> word, List<int>? ids)
    {
        var before = ids?.Count ?? 0;
        var count = word.Length > MaxInputCharsPerWord ? 0 : Spell(word, ids);
        if (count > 0) return count;
        ids?.RemoveRange(before, ids.Count - before);
        ids?.Add(UnknownTokenId);
        return 1;
    }

    // 0 when a part of the word is no piece.
    private int Spell(ReadOnlySpan<char> word, List<int>? ids)
    {
        var lengthMax = ContinuingSubwordPrefix.Length + word.Length;
        var piece = lengthMax <= StackCharsMax ? stackalloc char[lengthMax] : new char[lengthMax];
        ContinuingSubwordPrefix.CopyTo(piece);
        var count = 0;
        for (var start = 0; start < word.Length; count++)
        {
            word[start..].CopyTo(piece[ContinuingSubwordPrefix.Length..]);
            var prefix = start > 0 ? ContinuingSubwordPrefix.Length : 0;
            var longest = start > 0 ? piece[..(prefix + word.Length - start)] : word;
            var length = LongestPiece(longest, prefix, out var id);
            if (length == 0) return 0;
            ids?.Add(id);
            start += length;
        }

        return count;
    }

    private int LongestPiece(ReadOnlySpan<char> text, int prefix, out int id)
    {
        for (var length = text.Length; length > prefix; length--)
            if (_ids.TryGetValue(text[..length], out id))
                return length - prefix;
        id = 0;
        return 0;
    }

    [GeneratedRegex(@"\S+")]
    private static partial Regex WhiteSpace();
}

using System.Text.RegularExpressions;

namespace Microsoft.ML.Tokenizers;

/// <summary>BERT's tokenizer: WordPiece over text that is cleaned, lower-cased and split at marks.</summary>
public sealed partial class BertTokenizer : WordPieceTokenizer
{
    private readonly BertNormalizer? _normalizer;

    private BertTokenizer(Dictionary<string, int> vocabulary, BertOptions options)
        : base(vocabulary, options)
    {
        LowerCaseBeforeTokenization = options.LowerCaseBeforeTokenization;
        ApplyBasicTokenization = options.ApplyBasicTokenization;
        SplitOnSpecialTokens = options.SplitOnSpecialTokens;
        SeparatorTokenId = IdOf(options.SeparatorToken);
        PaddingTokenId = IdOf(options.PaddingToken);
        ClassificationTokenId = IdOf(options.ClassificationToken);
        MaskingTokenId = IdOf(options.MaskingToken);
        IndividuallyTokenizeCjk = options.IndividuallyTokenizeCjk;
        RemoveNonSpacingMarks = options.RemoveNonSpacingMarks;
        if (ApplyBasicTokenization)
            _normalizer = new BertNormalizer(LowerCaseBeforeTokenization, IndividuallyTokenizeCjk, RemoveNonSpacingMarks);
    }

    /// <summary>Whether text is lower-cased.</summary>
    public bool LowerCaseBeforeTokenization { get; }

    /// <summary>Whether text is cleaned, lower-cased and split at marks; else it is only split at white space.</summary>
    public bool ApplyBasicTokenization { get; }

    /// <summary>Whether a special token that is spelled out in a text is that token.</summary>
    public bool SplitOnSpecialTokens { get; }

    /// <summary>Id of the token behind a text.</summary>
    public int SeparatorTokenId { get; }

    /// <summary>Id of the token that fills a batch.</summary>
    public int PaddingTokenId { get; }

    /// <summary>Id of the token in front of a text.</summary>
    public int ClassificationTokenId { get; }

    /// <summary>Id of the token of a masked position.</summary>
    public int MaskingTokenId { get; }

    /// <summary>Whether each Chinese character is a word.</summary>
    public bool IndividuallyTokenizeCjk { get; }

    /// <summary>Whether accents are removed.</summary>
    public bool RemoveNonSpacingMarks { get; }

    private protected override Regex Words => ApplyBasicTokenization ? WordOrPunctuation() : base.Words;

    /// <summary>Makes a tokenizer.</summary>
    /// <param name="vocabStream">The vocabulary: one token a line.</param>
    /// <param name="options">Options; the defaults when null.</param>
    public static BertTokenizer Create(Stream vocabStream, BertOptions? options = null) =>
        new(ReadVocabulary(vocabStream), options ?? new BertOptions());

    /// <summary>Makes a tokenizer.</summary>
    /// <param name="vocabFilePath">File of the vocabulary: one token a line.</param>
    /// <param name="options">Options; the defaults when null.</param>
    public static BertTokenizer Create(string vocabFilePath, BertOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(vocabFilePath);
        using var stream = File.OpenRead(vocabFilePath);
        return Create(stream, options);
    }

    /// <summary>Ids of a text's tokens, those around it included.</summary>
    public new IReadOnlyList<int> EncodeToIds(string text, bool considerPreTokenization = true, bool considerNormalization = true) =>
        EncodeToIds(text, addSpecialTokens: true, considerPreTokenization, considerNormalization);

    /// <inheritdoc cref="EncodeToIds(string, bool, bool)"/>
    public new IReadOnlyList<int> EncodeToIds(
        ReadOnlySpan<char> text, bool considerPreTokenization = true, bool considerNormalization = true) =>
        EncodeToIds(text, addSpecialTokens: true, considerPreTokenization, considerNormalization);

    /// <summary>Ids of a text's tokens.</summary>
    public IReadOnlyList<int> EncodeToIds(
        string text, bool addSpecialTokens, bool considerPreTokenization = true, bool considerNormalization = true) =>
        EncodeToIds(Required(text).AsSpan(), addSpecialTokens, considerPreTokenization, considerNormalization);

    /// <summary>Ids of a text's tokens.</summary>
    public IReadOnlyList<int> EncodeToIds(
        ReadOnlySpan<char> text, bool addSpecialTokens, bool considerPreTokenization = true, bool considerNormalization = true)
    {
        var ids = base.EncodeToIds(text, considerPreTokenization, considerNormalization);
        return addSpecialTokens ? [ClassificationTokenId, .. ids, SeparatorTokenId] : ids;
    }

    private protected override string Normalized(string text) => _normalizer?.Normalize(text) ?? text;

    private int IdOf(string token) => Vocabulary.TryGetValue(token, out var id)
        ? id
        : throw new ArgumentException($"The special token '{token}' is not in the vocabulary.");

    // As in the package: a symbol such as a dollar sign is neither, and is left out.
    [GeneratedRegex(@"\w+|\p{P}")]
    private static partial Regex WordOrPunctuation();
}

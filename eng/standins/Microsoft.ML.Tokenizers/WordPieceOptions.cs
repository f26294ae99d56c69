namespace Microsoft.ML.Tokenizers;

/// <summary>Options of a WordPiece tokenizer.</summary>
public class WordPieceOptions
{
    /// <summary>The token of a word that the vocabulary cannot spell.</summary>
    public string UnknownToken { get; set; } = "[UNK]";

    /// <summary>What a piece inside a word begins with.</summary>
    public string ContinuingSubwordPrefix { get; set; } = "##";

    /// <summary>UTF-16 code units of the longest word that is spelled; a longer one is unknown.</summary>
    public int MaxInputCharsPerWord { get; set; } = 100;
}

/// <summary>Options of BERT's tokenizer.</summary>
public sealed class BertOptions : WordPieceOptions
{
    /// <summary>Whether text is lower-cased.</summary>
    public bool LowerCaseBeforeTokenization { get; set; } = true;

    /// <summary>Whether text is cleaned, lower-cased and split at marks; else it is only split at white space.</summary>
    public bool ApplyBasicTokenization { get; set; } = true;

    /// <summary>Whether a special token that is spelled out in a text is that token.</summary>
    public bool SplitOnSpecialTokens { get; set; } = true;

    /// <summary>The token behind a text.</summary>
    public string SeparatorToken { get; set; } = "[SEP]";

    /// <summary>The token that fills a batch.</summary>
    public string PaddingToken { get; set; } = "[PAD]";

    /// <summary>The token in front of a text.</summary>
    public string ClassificationToken { get; set; } = "[CLS]";

    /// <summary>The token of a masked position.</summary>
    public string MaskingToken { get; set; } = "[MASK]";

    /// <summary>Whether each Chinese character is a word.</summary>
    public bool IndividuallyTokenizeCjk { get; set; } = true;

    /// <summary>Whether accents are removed.</summary>
    public bool RemoveNonSpacingMarks { get; set; }
}

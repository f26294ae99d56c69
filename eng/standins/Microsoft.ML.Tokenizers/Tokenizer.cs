namespace Microsoft.ML.Tokenizers;

/// <summary>Splits text into tokens of a vocabulary.</summary>
public abstract class Tokenizer
{
    /// <summary>Number of tokens of a text, none added around it.</summary>
    /// <param name="text">The text.</param>
    /// <param name="considerPreTokenization">Whether it is split into words first; else it is one word.</param>
    /// <param name="considerNormalization">Whether it is normalized first.</param>
    public int CountTokens(string text, bool considerPreTokenization = true, bool considerNormalization = true) =>
        CountTokens(Required(text).AsSpan(), considerPreTokenization, considerNormalization);

    /// <inheritdoc cref="CountTokens(string, bool, bool)"/>
    public int CountTokens(ReadOnlySpan<char> text, bool considerPreTokenization = true, bool considerNormalization = true) =>
        Encode(text, null, considerPreTokenization, considerNormalization);

    /// <summary>Ids of a text's tokens, none added around it.</summary>
    public IReadOnlyList<int> EncodeToIds(string text, bool considerPreTokenization = true, bool considerNormalization = true) =>
        EncodeToIds(Required(text).AsSpan(), considerPreTokenization, considerNormalization);

    /// <inheritdoc cref="EncodeToIds(string, bool, bool)"/>
    public IReadOnlyList<int> EncodeToIds(
        ReadOnlySpan<char> text, bool considerPreTokenization = true, bool considerNormalization = true)
    {
        List<int> ids = [];
        Encode(text, ids, considerPreTokenization, considerNormalization);
        return ids;
    }

    private protected abstract int Encode(ReadOnlySpan<char> text, List<int>? ids, bool splits, bool normalizes);

    private protected static string Required(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text;
    }
}

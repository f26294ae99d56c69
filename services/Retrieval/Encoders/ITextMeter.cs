using Millrace.Retrieval.Chunking;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Retrieval.Encoders;

/// <summary>A text whose parts can be counted without a call.</summary>
internal interface ITextMeasure
{
    /// <summary>Tokens that the model adds around any text.</summary>
    int AddedTokens { get; }

    /// <summary>Tokens of a part of the text, none added.</summary>
    /// <param name="start">Offset of its first UTF-16 code unit.</param>
    /// <param name="end">Offset after its last one.</param>
    int Count(int start, int end);
}

/// <summary>Counts the tokens of one embedding model, and measures texts once so that any part of them can be counted.</summary>
internal interface ITextMeter : ITokenCounter
{
    /// <summary>Whether a measured text's counts are those of the model; else they are estimates.</summary>
    bool IsExact { get; }

    /// <summary>Most tokens that the model reads of a text, added ones included.</summary>
    int ContextTokensMax { get; }

    /// <summary>Measures a text.</summary>
    /// <exception cref="MillraceException">The embedding service was asked and did not answer.</exception>
    Task<ITextMeasure> MeasureAsync(string text, CancellationToken cancellationToken);
}

/// <summary>The meters of all embedding models.</summary>
internal interface ITokenCounters
{
    /// <summary>The meter of a model.</summary>
    /// <param name="model">Its name; empty for the default.</param>
    /// <param name="cancellationToken">Stops asking for its tokenizer.</param>
    /// <exception cref="MillraceException">The model is not known, or the embedding service did not answer.</exception>
    Task<ITextMeter> ForAsync(string model, CancellationToken cancellationToken);
}

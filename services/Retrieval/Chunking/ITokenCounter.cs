namespace Millrace.Retrieval.Chunking;

/// <summary>Counts tokens as one embedding model does.</summary>
internal interface ITokenCounter
{
    /// <summary>Counts the tokens of many texts in as few calls as possible, the tokens that the model adds around a text
    /// included.</summary>
    /// <param name="texts">The texts, none empty.</param>
    /// <param name="cancellationToken">Stops counting.</param>
    /// <returns>One count per text, in order.</returns>
    Task<IReadOnlyList<int>> CountAsync(IReadOnlyList<string> texts, CancellationToken cancellationToken);
}

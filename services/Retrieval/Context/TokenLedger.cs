using Millrace.Retrieval.Chunking;

namespace Millrace.Retrieval.Context;

/// <summary>
/// Token counts of texts. Packing asks for them one by one, and counting is cheapest for many at once: an unknown count is estimated and
/// remembered as missing, until <see cref="CountMissingAsync"/> knows it and the packing is done again.
/// </summary>
internal sealed class TokenLedger(ITokenCounter counter)
{
    private const int CharsPerToken = 4;
    private const string OneRule = "---";
    private const string TwoRules = "---\n\n---";

    private readonly Dictionary<string, int> _counts = [];
    private readonly HashSet<string> _missing = [OneRule, TwoRules];

    /// <summary>Tokens that the model adds around every text: what two rules in one text have fewer than in two.</summary>
    public int Added => Math.Max(0, (2 * Count(OneRule)) - Count(TwoRules));

    /// <summary>Tokens of what stands between two passages.</summary>
    public int Separator => Count(OneRule) - Added;

    /// <summary>Tokens of a text among others: without those that the model adds.</summary>
    public int Own(string text) => Math.Max(0, Count(text) - Added);

    /// <summary>Counts what is missing, in one call.</summary>
    /// <returns>Whether something was.</returns>
    public async Task<bool> CountMissingAsync(CancellationToken cancellationToken)
    {
        if (_missing.Count == 0) return false;
        string[] texts = [.. _missing];
        var counts = await counter.CountAsync(texts, cancellationToken);
        for (var i = 0; i < texts.Length; i++) _counts[texts[i]] = counts[i];
        _missing.Clear();
        return true;
    }

    private int Count(string text)
    {
        if (_counts.TryGetValue(text, out var known)) return known;
        _missing.Add(text);
        return text.Length / CharsPerToken;
    }
}

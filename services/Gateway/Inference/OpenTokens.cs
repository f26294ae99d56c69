using Millrace.Contracts.Inference.V1;

namespace Millrace.Gateway.Inference;

/// <summary>
/// Counts the tokens of choices that have not ended: the end of a choice tells their number, and where there is no end, what came counts.
/// Of an upstream that does not say which tokens a piece is made of, a piece counts as one.
/// </summary>
internal sealed class OpenTokens
{
    private readonly Dictionary<uint, int> _byChoice = [];

    /// <summary>How many came.</summary>
    public int Count => _byChoice.Values.Sum();

    /// <summary>Takes a message of the stream.</summary>
    public void Take(GenerateResponse response)
    {
        if (response.EventCase == GenerateResponse.EventOneofCase.Finished) _byChoice.Remove(response.Finished.ChoiceIndex);
        if (response.EventCase != GenerateResponse.EventOneofCase.Tokens || response.Tokens.IsPrompt) return;
        var batch = response.Tokens;
        _byChoice[batch.ChoiceIndex] = _byChoice.GetValueOrDefault(batch.ChoiceIndex) + Math.Max(1, batch.Tokens.Count);
    }
}

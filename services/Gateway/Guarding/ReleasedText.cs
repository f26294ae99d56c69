using System.Text;
using Millrace.Gateway.Runtime;

namespace Millrace.Gateway.Guarding;

/// <summary>
/// Compares what a filter gave back with what it was given. Tokens and their probabilities show the text once more, so they follow the text
/// that they belong to, and stop for good where the filter has changed something.
/// </summary>
internal sealed class ReleasedText
{
    private readonly StringBuilder _heldBack = new();
    private readonly Queue<(int End, IReadOnlyList<TokenLogprob> Tokens)> _pending = new();
    private int _sent;
    private int _received;
    private bool _changed;

    public void Sent(string text, IReadOnlyList<TokenLogprob> logprobs)
    {
        _heldBack.Append(text);
        _sent += text.Length;
        if (logprobs.Count > 0 && !_changed) _pending.Enqueue((_sent, logprobs));
    }

    /// <summary>Takes text that came back.</summary>
    /// <returns>The tokens whose whole text is out now.</returns>
    public IReadOnlyList<TokenLogprob> Received(string text)
    {
        _changed = _changed || text.Length > _heldBack.Length || !_heldBack.ToString(0, text.Length).Equals(text, StringComparison.Ordinal);
        _heldBack.Remove(0, Math.Min(text.Length, _heldBack.Length));
        _received += text.Length;
        if (_changed) return [];

        List<TokenLogprob> tokens = [];
        while (_pending.TryPeek(out var next) && next.End <= _received) tokens.AddRange(_pending.Dequeue().Tokens);
        return tokens;
    }

    /// <summary>What was given and has not come back.</summary>
    public string HeldBack() => _changed ? string.Empty : _heldBack.ToString();
}

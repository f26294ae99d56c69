using Millrace.LlamaCpp;

namespace Millrace.Inference.Prompting;

/// <summary>A control token where it stands in a template's text.</summary>
/// <param name="Index">Where its spelling begins.</param>
/// <param name="Length">How long its spelling is.</param>
/// <param name="Id">The token.</param>
/// <param name="StripsRight">Whether it swallows the white space after it.</param>
internal readonly record struct ControlTokenMatch(int Index, int Length, int Id, bool StripsRight);

/// <summary>The control tokens of a vocabulary by their spelling.</summary>
internal sealed class ControlTokens
{
    private readonly (string Spelling, int Id, bool StripsRight)[] _tokens;

    /// <summary>Reads them from a vocabulary.</summary>
    public ControlTokens(LlamaVocab vocab)
    {
        var ids = Enumerable.Range(0, vocab.Count).Select(id => new LlamaToken(id));
        _tokens =
        [
            .. ids.Where(token => (vocab.AttributesOf(token) & (TokenAttributes.Control | TokenAttributes.Unknown)) != 0)
                .Select(token => (vocab.TextOf(token), token.Id, vocab.AttributesOf(token).HasFlag(TokenAttributes.RightStrip)))
                .Where(token => token.Item1.Length > 0),
        ];
    }

    /// <summary>The first control token in a text; of several at one place the longest.</summary>
    public ControlTokenMatch? FirstIn(ReadOnlySpan<char> text)
    {
        ControlTokenMatch? first = null;
        foreach (var (spelling, id, stripsRight) in _tokens)
        {
            var index = text.IndexOf(spelling, StringComparison.Ordinal);
            if (index < 0 || (first is { } other && (index, -spelling.Length).CompareTo((other.Index, -other.Length)) >= 0)) continue;
            first = new ControlTokenMatch(index, spelling.Length, id, stripsRight);
        }

        return first;
    }
}

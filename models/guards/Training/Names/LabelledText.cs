using System.Text;

namespace Millrace.GuardTraining.Names;

/// <summary>A stretch of a text.</summary>
/// <param name="Start">Where it starts.</param>
/// <param name="End">Behind it.</param>
/// <param name="Kind">Index into the tagger's rules; -1 for none.</param>
/// <param name="IsForgotten">Whether the lists say nothing of it: it stands for a name that no list has.</param>
internal readonly record struct Span(int Start, int End, int Kind, bool IsForgotten);

/// <summary>A text whose entities are known, while it is made.</summary>
internal sealed class LabelledText
{
    private const int GapMax = 4;

    private readonly StringBuilder _text = new();
    private readonly List<Span> _spans = [];

    /// <summary>The text.</summary>
    public string Text => _text.ToString();

    /// <summary>What was filled in, in order.</summary>
    public IReadOnlyList<Span> Spans => _spans;

    /// <summary>Adds text that is no entity.</summary>
    public void Add(string text) => _text.Append(text);

    /// <summary>Adds an entity.</summary>
    /// <param name="text">Its text.</param>
    /// <param name="kind">Its kind.</param>
    /// <param name="isForgotten">Whether the lists say nothing of it.</param>
    public void Add(string text, int kind, bool isForgotten)
    {
        _spans.Add(new Span(_text.Length, _text.Length + text.Length, kind, isForgotten));
        _text.Append(text);
    }

    /// <summary>Adds another text.</summary>
    public void Add(LabelledText other)
    {
        var offset = _text.Length;
        _text.Append(other._text);
        _spans.AddRange(other._spans.Select(span => span with { Start = span.Start + offset, End = span.End + offset }));
    }

    /// <summary>Changes every character that a test names.</summary>
    public void Map(Func<char, char> change, bool entitiesOnly)
    {
        var ranges = entitiesOnly ? _spans.Select(span => (span.Start, span.End)) : [(0, _text.Length)];
        foreach (var (start, end) in ranges)
            for (var i = start; i < end; i++) _text[i] = change(_text[i]);
    }

    /// <summary>
    /// Makes one address of a street and of what follows it directly: the rest of the address, a place, a postal code.
    /// </summary>
    public void JoinAddresses()
    {
        for (var i = _spans.Count - 1; i > 0; i--)
        {
            var (before, span) = (_spans[i - 1], _spans[i]);
            if (before.Kind != Kinds.Address || span.Kind is not (Kinds.Address or Kinds.Location or Kinds.PostalCode)) continue;
            if (!IsGap(before.End, span.Start)) continue;

            // From the last on, so that what follows an address has been joined when it is reached.
            var joined = span.Kind == Kinds.Address ? i : JoinRest(i);
            _spans[i - 1] = before with { End = _spans[joined].End };
            _spans.RemoveRange(i, joined - i + 1);
        }
    }

    // Places and codes behind a place belong to the address as well.
    private int JoinRest(int index)
    {
        while (index + 1 < _spans.Count && _spans[index + 1].Kind is Kinds.Location or Kinds.PostalCode
            && IsGap(_spans[index].End, _spans[index + 1].Start)) index++;
        return index;
    }

    private bool IsGap(int from, int to)
    {
        for (var i = from; i < to; i++)
            if (!(char.IsWhiteSpace(_text[i]) || _text[i] is ',' or '>' or '-')) return false;
        return to - from <= GapMax;
    }
}

namespace Millrace.Guardrails.Tests.Names;

/// <summary>How many are right, found and expected.</summary>
internal readonly record struct PiiCount(int Right, int Found, int Expected)
{
    /// <summary>Share of what was found that is right.</summary>
    public double Precision => Found == 0 ? 0 : (double)Right / Found;

    /// <summary>Share of what is there that was found.</summary>
    public double Recall => Expected == 0 ? 0 : (double)Right / Expected;

    /// <summary>Harmonic mean of both.</summary>
    public double F1 => F(1);

    /// <summary>The same with recall weighing four times as much, as presidio-research reports it.</summary>
    public double F2 => F(2);

    /// <summary>The sum of two counts.</summary>
    public static PiiCount operator +(PiiCount left, PiiCount right) =>
        new(left.Right + right.Right, left.Found + right.Found, left.Expected + right.Expected);

    private double F(int beta)
    {
        var (square, precision, recall) = (beta * beta, Precision, Recall);
        return precision + recall == 0 ? 0 : (1 + square) * precision * recall / ((square * precision) + recall);
    }
}

/// <summary>
/// Scores as presidio-research counts: by tokens, where a token belongs to a type or to none; and by spans, which are right when the
/// type is the same and half of what both cover is shared. Spans of one type with nothing but white space between them count as one: a
/// house's number and its street are labelled apart in some texts and together in others.
/// </summary>
internal sealed class PiiScores
{
    private const double OverlapMin = 0.5;

    private readonly SortedDictionary<string, PiiCount> _tokens = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, PiiCount> _spans = new(StringComparer.Ordinal);

    /// <summary>Tokens of anything personal, whatever its type.</summary>
    public PiiCount Any { get; private set; }

    /// <summary>Tokens by type.</summary>
    public IReadOnlyDictionary<string, PiiCount> Tokens => _tokens;

    /// <summary>Spans by type.</summary>
    public IReadOnlyDictionary<string, PiiCount> Spans => _spans;

    /// <summary>Tokens whose type is right, over all types.</summary>
    public PiiCount AllTokens => _tokens.Values.Aggregate(default(PiiCount), (sum, count) => sum + count);

    /// <summary>Spans over all types.</summary>
    public PiiCount AllSpans => _spans.Values.Aggregate(default(PiiCount), (sum, count) => sum + count);

    /// <summary>Counts a text.</summary>
    /// <param name="text">The text with what is in it.</param>
    /// <param name="found">What was found, in order.</param>
    public void Add(PiiText text, IReadOnlyList<PiiSpan> found)
    {
        AddSpans(Joined(text.Text, text.Spans), Joined(text.Text, found));
        for (var at = 0; at < text.Text.Length;)
        {
            var end = TokenEnd(text.Text, at);
            if (!char.IsWhiteSpace(text.Text[at])) AddToken(TypeAt(text.Spans, at, end), TypeAt(found, at, end));
            at = end;
        }
    }

    private static List<PiiSpan> Joined(string text, IReadOnlyList<PiiSpan> spans)
    {
        List<PiiSpan> joined = [];
        foreach (var span in spans)
        {
            if (joined.Count > 0 && joined[^1] is var last && last.Type == span.Type && last.End <= span.Start
                && string.IsNullOrWhiteSpace(text[last.End..span.Start]))
                joined[^1] = last with { End = span.End };
            else
                joined.Add(span);
        }

        return joined;
    }

    private static int TokenEnd(string text, int start)
    {
        var end = start + 1;
        if (!char.IsLetterOrDigit(text[start])) return end;
        while (end < text.Length && char.IsLetterOrDigit(text[end])) end++;
        return end;
    }

    private static string? TypeAt(IReadOnlyList<PiiSpan> spans, int start, int end)
    {
        foreach (var span in spans)
            if (span.Start < end && span.End > start) return span.Type;
        return null;
    }

    private void AddToken(string? expected, string? found)
    {
        if (expected is null && found is null) return;
        Any += Count(expected is not null && found is not null, found is not null, expected is not null);
        if (expected is not null) Add(_tokens, expected, Count(expected == found, expected == found, true));
        if (found is not null && found != expected) Add(_tokens, found, Count(false, true, false));
    }

    private void AddSpans(IReadOnlyList<PiiSpan> expected, IReadOnlyList<PiiSpan> found)
    {
        var left = found.ToList();
        foreach (var span in expected)
        {
            var match = left.FindIndex(other => other.Type == span.Type && other.Overlap(span) >= OverlapMin);
            Add(_spans, span.Type, Count(match >= 0, match >= 0, true));
            if (match >= 0) left.RemoveAt(match);
        }

        foreach (var span in left) Add(_spans, span.Type, Count(false, true, false));
    }

    private static PiiCount Count(bool right, bool found, bool expected) => new(right ? 1 : 0, found ? 1 : 0, expected ? 1 : 0);

    private static void Add(SortedDictionary<string, PiiCount> counts, string type, PiiCount count) =>
        counts[type] = counts.GetValueOrDefault(type) + count;
}

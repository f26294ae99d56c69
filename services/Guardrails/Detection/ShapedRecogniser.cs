namespace Millrace.Guardrails.Detection;

/// <summary>A kind of number that has fixed forms: national ids, routing numbers and the like. The longest form that fits is
/// taken.</summary>
internal sealed class ShapedRecogniser(string rule, params Form[] forms) : Recogniser
{
    private readonly int _charsMax = forms.Max(form => form.Shape.CharsMax);
    private readonly Form[] _ofDigits = [.. forms.Where(form => form.Shape.CanStart('0'))];
    private readonly Form[] _ofLetters = [.. forms.Where(form => form.Shape.CanStart('A'))];

    public override string Rule => rule;

    public override int CharsMax => _charsMax;

    public override bool ReadsFolded => true;

    public override bool TakesWords { get; } = Array.Exists(forms, form => form.Shape.TakesWords);

    public override bool CanStart(char first) => Array.Exists(forms, form => form.Shape.CanStart(first));

    public override bool CanBeSecond(char second) => Array.Exists(forms, form => form.Shape.CanBeSecond(second));

    public override Match MatchAt(ReadOnlySpan<char> text, int start, bool isEnd)
    {
        var best = Match.None;
        foreach (var form in char.IsAsciiDigit(text[start]) ? _ofDigits : _ofLetters)
        {
            if (!form.Shape.MayStart(text[start..])) continue;
            var match = MatchForm(form, text, start, isEnd);
            if (!match.IsDecided) return match;
            if (match.Length > best.Length || (match.Length == best.Length && match.Score > best.Score)) best = match;
        }

        return best;
    }

    private static Match MatchForm(Form form, ReadOnlySpan<char> text, int start, bool isEnd)
    {
        Span<char> digits = stackalloc char[Shape.DigitsMax];
        var cursor = new TextCursor(text, start, isEnd);
        if (!form.Shape.TryRead(ref cursor, digits, out var read))
            return cursor.RanOut && form.CanCount(text, start) ? Match.Undecided : Match.None;
        if (!Borders.IsFreeBefore(text, start, read.IsSpaced) || !form.Check(digits[..read.Digits])) return Match.None;
        if (!Borders.IsFreeAfter(ref cursor, read.IsSpaced)) return cursor.Nothing;

        return cursor.Answer(cursor.Length, form.Score(text, start, read.IsGrouped));
    }
}

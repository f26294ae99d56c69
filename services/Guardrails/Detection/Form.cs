namespace Millrace.Guardrails.Detection;

/// <summary>Whether letters and digits, letters in upper case and nothing between them, can be a number of a kind.</summary>
internal delegate bool NumberCheck(ReadOnlySpan<char> number);

/// <summary>
/// One way in which a kind of number is written, and how sure it is. A number that fails its check is nothing. One that passes counts by
/// its own form (<see cref="Compact"/>, <see cref="Grouped"/>) or, where that could as well be an order number, by the words before it.
/// </summary>
/// <param name="Pattern">See <see cref="Shape"/>.</param>
/// <param name="Check">Its check sum, date, ranges.</param>
internal sealed record Form(string Pattern, NumberCheck Check)
{
    /// <summary>Confidence without separators and without words; 0 when it needs words.</summary>
    public float Compact { get; init; }

    /// <summary>Confidence with separators and without words; 0 when it needs words.</summary>
    public float Grouped { get; init; }

    /// <summary>Confidence behind its words.</summary>
    public float Announced { get; init; } = 1.0f;

    /// <summary>The words.</summary>
    public ContextWords? Words { get; init; }

    /// <summary>Whether the words must stand directly before it: for forms that anything has.</summary>
    public bool IsDirect { get; init; }

    /// <summary>How it is read.</summary>
    public Shape Shape { get; } = new(Pattern);

    /// <summary>Confidence by form and words; 0 for nothing.</summary>
    public float Score(ReadOnlySpan<char> text, int start, bool isGrouped)
    {
        var alone = isGrouped ? Grouped : Compact;
        return alone < Announced && IsAnnounced(text, start) ? Announced : alone;
    }

    /// <summary>Whether a number that starts at a position could count at all: what it is not needs not be waited for.</summary>
    public bool CanCount(ReadOnlySpan<char> text, int start) => Compact > 0 || Grouped > 0 || IsAnnounced(text, start);

    private bool IsAnnounced(ReadOnlySpan<char> text, int start) =>
        Words is not null && (IsDirect ? Words.Touch(text, start) : Words.Precede(text, start));
}

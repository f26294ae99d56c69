using System.Text;

namespace Millrace.Grounding.Reading;

/// <summary>
/// A text in which runs of white space count as one blank and case does not count, with the way back to the original. Two texts that a
/// reader takes for the same words are equal in this form.
/// </summary>
public sealed class NormalizedText
{
    private readonly int[] _offsets;

    /// <summary>Normalises a text.</summary>
    public NormalizedText(string original)
    {
        Original = original;
        var text = new StringBuilder(original.Length);
        var offsets = new List<int>(original.Length);
        for (var i = 0; i < original.Length; i++)
        {
            var blank = char.IsWhiteSpace(original[i]);
            if (blank && (text.Length == 0 || text[^1] == ' ')) continue;
            text.Append(blank ? ' ' : char.ToLowerInvariant(original[i]));
            offsets.Add(i);
        }

        if (text.Length > 0 && text[^1] == ' ') text.Length--;
        Text = text.ToString();
        _offsets = [.. offsets];
    }

    /// <summary>The text as it was.</summary>
    public string Original { get; }

    /// <summary>The normalised text.</summary>
    public string Text { get; }

    /// <summary>Finds another normalised text in this one, from word border to word border.</summary>
    /// <returns>The span in the original, or null.</returns>
    public TextSpan? Find(NormalizedText other)
    {
        var needle = other.Text;
        if (needle.Length == 0) return null;
        for (var at = Text.IndexOf(needle, StringComparison.Ordinal); at >= 0; at = Text.IndexOf(needle, at + 1, StringComparison.Ordinal))
            if (IsBorder(at) && IsBorder(at + needle.Length)) return Span(at, needle.Length);
        return null;
    }

    private TextSpan Span(int start, int length)
    {
        var first = _offsets[start];
        return new TextSpan(first, _offsets[start + length - 1] + 1 - first);
    }

    private bool IsBorder(int at) =>
        at == 0 || at == Text.Length || !(char.IsLetterOrDigit(Text[at - 1]) && char.IsLetterOrDigit(Text[at]));
}

/// <summary>A part of a text, in UTF-16 code units.</summary>
public readonly record struct TextSpan(int Start, int Length)
{
    /// <summary>Offset behind the last code unit.</summary>
    public int End => Start + Length;

    /// <summary>The part from one offset to another.</summary>
    public static TextSpan Between(int start, int end) => new(start, end - start);

    /// <summary>The words of the part.</summary>
    public string Of(string text) => text.Substring(Start, Length);
}

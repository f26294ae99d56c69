namespace Millrace.Guardrails.Detection.Secrets;

/// <summary>How a value is tied to the name before it.</summary>
internal enum AssignmentMark
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>By a colon or an equals sign.</summary>
    Sign,

    /// <summary>By the word "is".</summary>
    Word,

    /// <summary>By a space alone.</summary>
    Space,
}

/// <summary>The name before a value: <c>api_key = "</c>, <c>"password":</c>, <c>my token is</c>.</summary>
internal ref struct Assignment
{
    private const int NameCharsMax = 24;

    private NameBuffer _name;
    private int _count;

    /// <summary>How the value is tied to the name.</summary>
    public AssignmentMark Mark { get; private set; }

    /// <summary>The quotation mark that opens the value; NUL for none.</summary>
    public char Quote { get; private set; }

    /// <summary>
    /// Whether a value may start at a position, by the few characters before it. Nearly every word of a text stands behind another word,
    /// and behind those only "is" and "bearer" matter.
    /// </summary>
    public static bool IsPossible(ReadOnlySpan<char> text, int start)
    {
        if (start < 3) return false;
        var before = text[start - 1];
        if (before != ' ') return before is ':' or '=' or '>' || IsQuote(before);
        return text[start - 2] switch
        {
            's' or 'S' => text[start - 3] is 'i' or 'I',
            'r' or 'R' => text[start - 3] is 'e' or 'E',
            var c => c is ':' or '=' or '>' or ' ',
        };
    }

    /// <summary>Reads backwards from the start of a value.</summary>
    public static Assignment Before(ReadOnlySpan<char> text, int start)
    {
        var assignment = default(Assignment);
        var before = text[Math.Max(0, start - Recogniser.LookBehindMax)..start];
        if (before.Length < 3) return assignment;
        if (IsQuote(before[^1]))
        {
            assignment.Quote = before[^1];
            before = before[..^1];
        }

        assignment.ReadMark(before);
        return assignment;
    }

    /// <summary>Whether the name, its letters alone, ends with one of these.</summary>
    public readonly bool IsNamed(ReadOnlySpan<string> names)
    {
        ReadOnlySpan<char> name = ((ReadOnlySpan<char>)_name)[..];
        foreach (var candidate in names)
            if (name[(NameCharsMax - _count)..].EndsWith(candidate, StringComparison.Ordinal)) return true;
        return false;
    }

    private void ReadMark(ReadOnlySpan<char> before)
    {
        var trimmed = before.TrimEnd(" >");
        if (trimmed.IsEmpty) return;
        if (trimmed[^1] is ':' or '=') Mark = AssignmentMark.Sign;
        else if (trimmed.EndsWith(" is", StringComparison.OrdinalIgnoreCase)) Mark = AssignmentMark.Word;
        else if (trimmed.Length < before.Length) Mark = AssignmentMark.Space;
        if (Mark != AssignmentMark.None) ReadName(Mark == AssignmentMark.Word ? trimmed[..^3] : trimmed.TrimEnd(":= "));
    }

    // Letters only, in lower case: api_key, API-Key and "api key" are one name.
    private void ReadName(ReadOnlySpan<char> before)
    {
        for (var i = before.Length - 1; i >= 0 && _count < NameCharsMax; i--)
        {
            if (char.IsLetter(before[i])) _name[NameCharsMax - ++_count] = char.ToLowerInvariant(before[i]);
            else if (before[i] is not ('_' or '-' or ' ' or '.' or '"' or '\'' or '`' or '*' or ']' or '[')
                && !char.IsAsciiDigit(before[i])) return;
        }
    }

    private static bool IsQuote(char c) => c is '"' or '\'' or '`' or '“' or '‘' or '«';

    [System.Runtime.CompilerServices.InlineArray(NameCharsMax)]
    private struct NameBuffer
    {
        private char _first;
    }
}

using System.Buffers;

namespace Millrace.Guardrails.Detection;

/// <summary>
/// Words that tell, when they stand shortly before a finding, what it is or is not: <c>passport</c> before nine digits, <c>version</c>
/// before four numbers. Either case; whole words, with or without a plural <c>s</c>.
/// </summary>
internal sealed class ContextWords
{
    /// <summary>How far before a finding words count where nothing else is said, in characters.</summary>
    public const int NearChars = 48;

    private const string Between = " \u00A0:=\"'(*~#";

    private static readonly string[] Links = [" is", " was", " number", " no."];

    private readonly string[] _words;
    private readonly SearchValues<string> _search;

    /// <summary>Prepares words.</summary>
    public ContextWords(params string[] words)
    {
        _words = words;
        _search = SearchValues.Create(words, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Whether one of them stands before a position.</summary>
    /// <param name="text">The text.</param>
    /// <param name="start">The position.</param>
    /// <param name="within">How far before it at most, in characters; up to <see cref="Recogniser.LookBehindMax"/>.</param>
    public bool Precede(ReadOnlySpan<char> text, int start, int within = NearChars)
    {
        text = text[..start];
        for (var from = Math.Max(0, start - within); from < start;)
        {
            var found = text[from..].IndexOfAny(_search);
            if (found < 0) return false;
            var at = from + found;
            if ((at == 0 || !Chars.IsWord(text[at - 1])) && IsWholeWord(text[at..])) return true;
            from = at + 1;
        }

        return false;
    }

    /// <summary>Whether one of them stands directly before a position: spaces, a colon, an opening mark, "is" or "number" at most
    /// between.</summary>
    public bool Touch(ReadOnlySpan<char> text, int start)
    {
        var before = text[Math.Max(0, start - Recogniser.LookBehindMax)..start].TrimEnd(Between);
        if (EndsWithWord(before)) return true;
        foreach (var link in Links)
            if (before.EndsWith(link, StringComparison.OrdinalIgnoreCase)
                && EndsWithWord(before[..^link.Length].TrimEnd(Between))) return true;
        return false;
    }

    private bool EndsWithWord(ReadOnlySpan<char> text)
    {
        foreach (var word in _words)
        {
            var at = text.Length - word.Length;
            if (text.EndsWith(word, StringComparison.OrdinalIgnoreCase) && (at == 0 || !Chars.IsWord(text[at - 1]))) return true;
        }

        return false;
    }

    private bool IsWholeWord(ReadOnlySpan<char> text)
    {
        foreach (var word in _words)
            if (text.StartsWith(word, StringComparison.OrdinalIgnoreCase) && Ends(text, word.Length)) return true;
        return false;
    }

    private static bool Ends(ReadOnlySpan<char> text, int end)
    {
        if (end == text.Length || !Chars.IsLetter(text[end - 1]) || !Chars.IsLetter(text[end])) return true;
        return text[end] is 's' or 'S' && (end + 1 == text.Length || !Chars.IsLetter(text[end + 1]));
    }
}

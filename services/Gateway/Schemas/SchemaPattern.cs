using System.Text;
using System.Text.RegularExpressions;

namespace Millrace.Gateway.Schemas;

/// <summary>
/// Patterns of JSON Schema, which are JavaScript's, for an engine whose time is linear in the text. What needs another engine, such as
/// looking ahead and references back, is refused.
/// </summary>
internal static class SchemaPattern
{
    private const string Dot = @"[^\n\r\u2028\u2029]";
    private const string Digits = "0-9";
    private const string Word = "A-Za-z0-9_";
    private const string NoDigits = @"\u0000-/:-\uFFFF";
    private const string NoWord = @"\u0000-/:-@\[-\^`\{-\uFFFF";

    /// <summary>Makes an expression of a pattern.</summary>
    /// <exception cref="SchemaException">It is wrong, too long, or needs another engine.</exception>
    public static Regex Compile(string pattern, SchemaPlace place)
    {
        if (pattern.Length > SchemaLimits.PatternCharsMax)
            throw place.Wrong($"must have at most {SchemaLimits.PatternCharsMax} characters");
        try
        {
            return new Regex(Translate(pattern), RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (ArgumentException)
        {
            throw place.Wrong("is no regular expression");
        }
        catch (NotSupportedException)
        {
            throw place.Unsupported(
                "is a pattern that cannot be checked in linear time: it looks ahead or behind, refers back, or repeats too much");
        }
    }

    // The same signs mean other things there: \d and \w are ASCII, a dot leaves out all ends of lines, $ is the very end.
    private static string Translate(string pattern)
    {
        var text = new StringBuilder(pattern.Length * 2);
        var inClass = false;
        for (var i = 0; i < pattern.Length; i++)
        {
            var sign = pattern[i];
            if (sign == '\\' && i + 1 < pattern.Length)
            {
                text.Append(Escaped(pattern[++i], inClass));
                continue;
            }

            if (sign == '[' && !inClass) inClass = true;
            else if (sign == ']') inClass = false;
            text.Append(Plain(sign, inClass));
        }

        return text.ToString();
    }

    private static string Plain(char sign, bool inClass) => sign switch
    {
        '.' when !inClass => Dot,
        '$' when !inClass => @"\z",
        _ => sign.ToString(),
    };

    private static string Escaped(char sign, bool inClass) => sign switch
    {
        'd' => inClass ? Digits : $"[{Digits}]",
        'w' => inClass ? Word : $"[{Word}]",
        'D' => inClass ? NoDigits : $"[^{Digits}]",
        'W' => inClass ? NoWord : $"[^{Word}]",
        // These are other anchors in .NET, and nothing but letters in JavaScript.
        'A' or 'Z' or 'z' or 'G' => sign.ToString(),
        _ => $"\\{sign}",
    };
}

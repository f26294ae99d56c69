using Millrace.ServiceDefaults.Errors;

namespace Millrace.Embedding.Models;

/// <summary>What texts must be like.</summary>
internal static class TextRules
{
    public static void Count(string param, int count, int max)
    {
        if (count == 0) throw MillraceException.InvalidArgument(param, $"{param} is empty; give at least one text.");
        if (count > max) throw MillraceException.InvalidArgument(param, $"{param} has {count} texts; at most {max} go into one request.");
    }

    public static void NotEmpty(string param, string text)
    {
        if (string.IsNullOrWhiteSpace(text)) throw MillraceException.InvalidArgument(param, $"{param} is empty; give a text.");
    }
}

using System.Globalization;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Api.Documents;

/// <summary>Reads the query of a URL by the rules of a body: what is unknown is refused by name.</summary>
internal static class QueryFields
{
    /// <exception cref="MillraceException">The query has a field of another name.</exception>
    public static void RequireKnown(HttpRequest request, params ReadOnlySpan<string> known)
    {
        foreach (var name in request.Query.Keys)
            if (!known.Contains(name))
                throw new MillraceException(
                    Reason.UnsupportedParameter, $"'{name}' is not a parameter of this endpoint. Remove it.") { Param = name };
    }

    /// <summary>Size of a page; 0 for the default.</summary>
    public static uint Limit(HttpRequest request, int max) => Count(request, "limit", 1, max) ?? 0;

    /// <summary>An integer; null when it is not there.</summary>
    public static uint? Count(HttpRequest request, string name, long min, long max)
    {
        if (request.Query[name].ToString() is not { Length: > 0 } text) return null;
        return uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count >= min && count <= max
            ? count
            : throw MillraceException.InvalidArgument(name, $"'{name}' must be an integer from {min} to {max}.");
    }

    /// <summary>Yes or no; null when it is not there.</summary>
    public static bool? Flag(HttpRequest request, string name) => request.Query[name].ToString() switch
    {
        "" => null,
        "true" => true,
        "false" => false,
        _ => throw MillraceException.InvalidArgument(name, $"'{name}' must be true or false."),
    };
}

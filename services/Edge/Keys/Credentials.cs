using Microsoft.Extensions.Primitives;

namespace Millrace.Edge.Keys;

/// <summary>
/// Where clients put their key: <c>Authorization: Bearer</c>, as OpenAI's SDKs do, <c>x-api-key</c>, as Anthropic's, or <c>api-key</c>, as
/// Azure's. The headers are removed: nobody behind the edge needs a key.
/// </summary>
internal static class Credentials
{
    private const string Bearer = "Bearer ";
    private static readonly string[] KeyHeaders = ["x-api-key", "api-key"];

    /// <summary>Takes the key out of a request's headers.</summary>
    /// <returns>The key as it was sent; empty when there is none, or when there are several.</returns>
    public static string Take(IHeaderDictionary headers)
    {
        var found = FromAuthorization(headers.Authorization);
        headers.Remove("Authorization");
        foreach (var name in KeyHeaders)
        {
            var value = headers[name];
            headers.Remove(name);
            if (value.Count > 0) found = found is null && value.Count == 1 ? value.ToString().Trim() : "";
        }

        return found ?? "";
    }

    private static string? FromAuthorization(StringValues values)
    {
        if (values.Count == 0) return null;
        var value = values.ToString();
        return values.Count == 1 && value.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) ? value[Bearer.Length..].Trim() : "";
    }
}

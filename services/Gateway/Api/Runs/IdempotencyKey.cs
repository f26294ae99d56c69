using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Primitives;
using Millrace.ServiceDefaults.Calls;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Api.Runs;

/// <summary>The headers by which a request says that it may be sent again.</summary>
internal static class IdempotencyKey
{
    /// <summary>A name that the client chose for the request.</summary>
    public const string Header = "Idempotency-Key";

    /// <summary>Of an answer that another request had made.</summary>
    public const string Replayed = "idempotent-replayed";

    private const string LastEvent = "Last-Event-ID";
    private const int CharsMax = 255;

    /// <summary>Whether a request has a key.</summary>
    public static bool IsIn(HttpRequest request) => request.Headers.ContainsKey(Header);

    /// <summary>The key of a request; null without one.</summary>
    /// <exception cref="MillraceException">It is not one.</exception>
    public static string? Read(HttpRequest request)
    {
        if (!request.Headers.TryGetValue(Header, out var values)) return null;
        if (values.Count == 1 && values[0] is { Length: > 0 and <= CharsMax } key && key.All(c => c is > ' ' and <= '~')) return key;
        throw MillraceException.InvalidArgument(Header, $"'{Header}' must be one value of 1 to {CharsMax} visible ASCII characters.");
    }

    /// <summary>
    /// The id of the run of a key. It belongs to the tenant, and to callers that see the same documents: an answer from documents is not
    /// repeated to who may not see them.
    /// </summary>
    public static string RunId(string prefix, string route, string key)
    {
        var labels = CallContext.Current.Labels is { } held ? HeldLabels.Write(held) : "-";
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{route}\n{labels}\n{key}"));
        return prefix + Convert.ToHexStringLower(hash.AsSpan(0, 24));
    }

    /// <summary>What tells a request from others.</summary>
    public static byte[] Hash(JsonElement body) => SHA256.HashData(JsonMarshal.GetRawUtf8Value(body));

    /// <summary>The last event that the client has; null when it does not say.</summary>
    /// <exception cref="MillraceException">It is not one.</exception>
    public static long? LastEventId(HttpRequest request)
    {
        if (!request.Headers.TryGetValue(LastEvent, out var values) || StringValues.IsNullOrEmpty(values)) return null;
        return long.TryParse(values.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            ? id
            : throw MillraceException.InvalidArgument(LastEvent, $"'{LastEvent}' must be the id of an event of the stream, such as 12.");
    }
}

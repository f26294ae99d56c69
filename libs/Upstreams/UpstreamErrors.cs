using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Upstreams;

/// <summary>What is known of an upstream's error: its status, and what its body says.</summary>
/// <param name="Status">The HTTP status; 0 for an error within a stream.</param>
/// <param name="Message">Its text; empty when it has none.</param>
/// <param name="Code">Its code or type.</param>
/// <param name="Param">The parameter that it names.</param>
internal sealed record UpstreamErrorBody(int Status, string Message = "", string Code = "", string Param = "");

/// <summary>From an upstream's errors to ours. What it says is shortened and freed of secrets before a caller sees it.</summary>
internal sealed class UpstreamErrors(string upstream, SecretScrubber scrubber)
{
    private const int ParamCharsMax = 64;

    /// <summary>An answer or an event that is an error.</summary>
    public UpstreamFailure Of(UpstreamErrorBody body, TimeSpan? retryAfter) => Classify(body) switch
    {
        400 or 422 when IsContextLength(body) => Final(new MillraceException(
            Reason.ContextLengthExceeded, $"The prompt is too long for the upstream '{upstream}'{Quote(body)}. Shorten it.")
        {
            Param = "prompt",
        }),
        400 or 422 => Final(new MillraceException(
            Reason.InvalidArgument, $"The upstream '{upstream}' does not take the request{Quote(body)}.")
        {
            Param = ParamOf(body),
        }),
        401 or 403 => Final(Operator("does not accept the key that is configured for it: the operator must correct its ApiKey")),
        402 => Final(Operator("says that the account's means are spent: the operator must top it up")),
        404 => Final(Operator($"does not know the model or the address{Quote(body)}: the operator must correct its Models or BaseAddress")),
        413 => Final(new MillraceException(
            Reason.PayloadTooLarge, $"The request is larger than the upstream '{upstream}' takes. Send less at once.")),
        429 => new UpstreamFailure(RateLimited(retryAfter)) { IsTransient = true, RetryHint = retryAfter },
        >= 300 and < 400 => Final(Operator("redirects, which is not followed since the key would go along: correct its BaseAddress")),
        var status => new UpstreamFailure(Unavailable($"failed with {Describe(status)}{Quote(body)}", retryAfter))
        {
            IsTransient = status is 0 or 408 or 500 or 502 or 503 or 504 or 529,
            IsServerFault = status is 0 or >= 500,
            RetryHint = retryAfter,
        },
    };

    /// <summary>No answer came, or its stream broke off.</summary>
    public UpstreamFailure Broken(Exception cause)
    {
        var text = cause switch
        {
            SseException => $"answered with what is no valid stream: {cause.Message}",
            JsonException => "answered with what is no valid JSON",
            HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } => "cannot be found: its host is not known",
            HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } => "has no certificate that is trusted",
            HttpRequestException { InnerException: SocketException socket } => $"cannot be reached ({socket.SocketErrorCode})",
            HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } => "cannot be reached",
            OperationCanceledException => "did not accept a connection in time",
            _ => "closed the connection before its answer was complete",
        };
        return Unusable(text, isTransient: cause is not (SseException or JsonException));
    }

    /// <summary>Its answer is not what its API says.</summary>
    public UpstreamFailure Unusable(string what, bool isTransient) =>
        new(Unavailable(what, null)) { IsTransient = isTransient, IsServerFault = true };

    /// <summary>It was too slow.</summary>
    public UpstreamFailure TimedOut(string what, TimeSpan after, string setting) => new(Unavailable(
        FormattableString.Invariant($"{what} within {after.TotalSeconds:0.###} s (its {setting})"), null))
    {
        IsServerFault = true,
    };

    /// <summary>The circuit is open.</summary>
    public MillraceException CircuitOpen(TimeSpan retryAfter) =>
        Unavailable("failed repeatedly and is not asked for the moment", retryAfter);

    /// <summary>Reads the body of an error answer, whatever shape it has; null-safe and without exceptions.</summary>
    public static UpstreamErrorBody Read(int status, ReadOnlyMemory<byte> body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            var root = json.RootElement;
            return root.ValueKind == JsonValueKind.Object ? Read(status, root) : new UpstreamErrorBody(status);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return new UpstreamErrorBody(status);
        }
    }

    private static UpstreamErrorBody Read(int status, JsonElement root)
    {
        if (root.TryGetProperty("error", out var error) && error.ValueKind == JsonValueKind.String)
            return new UpstreamErrorBody(status, error.GetString() ?? "");
        var inner = error.ValueKind == JsonValueKind.Object ? error : root;
        var code = Text(inner, "code");
        if (code.Length == 0 || code.All(char.IsAsciiDigit)) code = Text(inner, "type");
        if (status == 0 && inner.TryGetProperty("code", out var number) && number.TryGetStatus(out var given)) status = given;
        var message = Text(inner, "message");
        return new UpstreamErrorBody(status, message.Length > 0 ? message : Text(root, "detail"), code, Text(inner, "param"));
    }

    private static string Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String or JsonValueKind.Number
            ? value.ToString()
            : "";

    /// <summary>An error within a stream has no status of its own; its type says as much.</summary>
    private static int Classify(UpstreamErrorBody body) => (body.Status, body.Code) switch
    {
        (429, "insufficient_quota") => 402,
        ( > 0, _) => body.Status,
        (_, "invalid_request_error" or "BadRequestError" or "exceed_context_size_error" or "context_length_exceeded") => 400,
        (_, "authentication_error" or "permission_error") => 401,
        (_, "not_found_error") => 404,
        (_, "rate_limit_error" or "rate_limit_exceeded") => 429,
        (_, "request_too_large") => 413,
        _ => 0,
    };

    private static bool IsContextLength(UpstreamErrorBody body)
    {
        string[] phrases = ["context length", "context window", "prompt is too long", "context size", "maximum context"];
        return body.Code is "context_length_exceeded" or "exceed_context_size_error"
            || phrases.Any(phrase => body.Message.Contains(phrase, StringComparison.OrdinalIgnoreCase));
    }

    private static string? ParamOf(UpstreamErrorBody body) =>
        body.Param.Length is > 0 and <= ParamCharsMax && body.Param.All(c => char.IsAsciiLetterOrDigit(c) || "_.[]-".Contains(c))
            ? body.Param
            : null;

    private static string Describe(int status) => status switch
    {
        0 => "an error while it answered",
        _ when Enum.IsDefined((HttpStatusCode)status) => $"{status} ({(HttpStatusCode)status})",
        _ => $"status {status}",
    };

    private static UpstreamFailure Final(MillraceException error) => new(error);

    private string Quote(UpstreamErrorBody body) => body.Message.Length == 0 ? "" : $": {scrubber.Clean(body.Message)}";

    private MillraceException Operator(string what) =>
        new(Reason.ModelUnavailable, $"The upstream '{upstream}' {what}. The request itself is not at fault.");

    private MillraceException RateLimited(TimeSpan? retryAfter) => new(
        Reason.RateLimited, $"The upstream '{upstream}' takes no more requests at the moment. Try again after the time given.")
    {
        RetryAfter = retryAfter ?? TimeSpan.FromSeconds(5),
    };

    private MillraceException Unavailable(string what, TimeSpan? retryAfter) =>
        new(Reason.UpstreamUnavailable, $"The upstream '{upstream}' {what}. Ask again.") { RetryAfter = retryAfter };
}

/// <summary>Reads statuses that upstreams put into bodies.</summary>
internal static class StatusElement
{
    /// <summary>The HTTP status that a value states, as a number or as text.</summary>
    public static bool TryGetStatus(this JsonElement element, out int status)
    {
        status = 0;
        return int.TryParse(element.ToString(), CultureInfo.InvariantCulture, out status) && status is >= 400 and < 600;
    }
}

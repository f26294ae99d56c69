using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Millrace.ServiceDefaults.Calls;
using Millrace.ServiceDefaults.Http;

namespace Millrace.ServiceDefaults.Errors;

/// <summary>The inside of an error of Anthropic's API.</summary>
/// <param name="Type">Family of the error, such as <c>not_found_error</c>.</param>
/// <param name="Message">What was wrong and what to do.</param>
/// <param name="Details">What a client can act on; null for most errors.</param>
public sealed record AnthropicErrorBody(
    string Type,
    string Message,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] AnthropicErrorDetails? Details = null);

/// <summary>What a client can act on.</summary>
/// <param name="ErrorCode">Anthropic's code.</param>
/// <param name="Unsupported">What of the request is not there.</param>
public sealed record AnthropicErrorDetails(string ErrorCode, IReadOnlyList<string> Unsupported);

/// <summary>An error of Anthropic's API: <c>{"type": "error", "error": {"type", "message"}, "request_id"}</c>.</summary>
public sealed record AnthropicError(string Type, AnthropicErrorBody Error, string? RequestId);

/// <summary>Source-generated JSON of <see cref="AnthropicError"/>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(AnthropicError))]
public sealed partial class AnthropicErrorJson : JsonSerializerContext;

/// <summary>Refusals in the words of Anthropic's API, on its paths.</summary>
public static class AnthropicErrors
{
    /// <summary>Header in which Anthropic's SDKs look for the id of the request.</summary>
    public const string RequestIdHeader = "request-id";

    private const string Thread = "thread";

    private static readonly PathString Messages = "/v1/messages";

    /// <summary>Whether a path is one of that API.</summary>
    public static bool IsSpoken(PathString path) => path.StartsWithSegments(Messages, StringComparison.Ordinal);

    /// <summary>The Anthropic form of a refusal.</summary>
    /// <param name="error">The refusal.</param>
    /// <param name="requestId">Id of the request.</param>
    public static AnthropicError ToAnthropic(this MillraceException error, string? requestId) =>
        new("error", new AnthropicErrorBody(TypeOf(error.Reason.Info()), error.Message, DetailsOf(error)), requestId);

    /// <summary>The id of a request, as its headers say it.</summary>
    public static string? RequestIdOf(HttpRequest request) =>
        request.Headers[CallContext.RequestIdHeader].ToString() is { Length: > 0 } id ? id : null;

    /// <summary>Writes the body of a refusal. Status and headers must be set before.</summary>
    internal static Task WriteAsync(HttpContext context, MillraceException error, CancellationToken cancellationToken) =>
        ApiJson.WriteAsync(
            context.Response,
            error.ToAnthropic(RequestIdOf(context.Request)),
            AnthropicErrorJson.Default.AnthropicError,
            cancellationToken);

    /// <summary>The SDKs' tool runners ask for a thread that the server keeps, and go on without one when they are told so.</summary>
    private static AnthropicErrorDetails? DetailsOf(MillraceException error) =>
        error is { Reason: Reason.UnsupportedParameter, Param: Thread } ? new("thread_unsupported_request", [Thread]) : null;

    private static string TypeOf(ReasonInfo info) => info.Http switch
    {
        401 => "authentication_error",
        403 => "permission_error",
        404 => "not_found_error",
        408 or 504 => "timeout_error",
        413 => "request_too_large",
        429 => "rate_limit_error",
        503 => "overloaded_error",
        >= 500 => "api_error",
        _ => "invalid_request_error",
    };
}

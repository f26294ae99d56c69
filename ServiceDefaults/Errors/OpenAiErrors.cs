using System.Globalization;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Millrace.ServiceDefaults.Http;

namespace Millrace.ServiceDefaults.Errors;

/// <summary>The inside of an OpenAI error object.</summary>
/// <param name="Message">What was wrong and what to do.</param>
/// <param name="Type">Family of the error, such as <c>invalid_request_error</c>.</param>
/// <param name="Param">The field at fault, or null.</param>
/// <param name="Code">The reason's code.</param>
public sealed record OpenAiErrorBody(string Message, string Type, string? Param, string? Code);

/// <summary>An OpenAI error object: <c>{"error": {"message", "type", "param", "code"}}</c>.</summary>
public sealed record OpenAiError(OpenAiErrorBody Error);

/// <summary>Source-generated JSON of <see cref="OpenAiError"/>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(OpenAiError))]
public sealed partial class OpenAiErrorJson : JsonSerializerContext;

/// <summary>
/// Refusals as HTTP answers that the OpenAI SDKs understand, retry hints included; on the paths of another API, in that one's words.
/// </summary>
public static class OpenAiErrors
{
    /// <summary>The OpenAI form of a refusal.</summary>
    public static OpenAiError ToOpenAi(this MillraceException error)
    {
        var info = error.Reason.Info();
        return new OpenAiError(new OpenAiErrorBody(error.Message, info.Type, error.Param, info.Code));
    }

    /// <summary>Writes a refusal as the whole answer. The answer must not have started.</summary>
    public static Task WriteAsync(HttpContext context, MillraceException error, CancellationToken cancellationToken)
    {
        var info = error.Reason.Info();
        var response = context.Response;
        response.Clear();
        response.StatusCode = info.Http;
        SetRetryHeaders(response.Headers, error);
        return AnthropicErrors.IsSpoken(context.Request.Path)
            ? AnthropicErrors.WriteAsync(context, error, cancellationToken)
            : ApiJson.WriteAsync(response, error.ToOpenAi(), OpenAiErrorJson.Default.OpenAiError, cancellationToken);
    }

    /// <summary>
    /// The SDKs retry 409, 429 and 5xx on their own; these headers tell them when that is useless, and when it is not, how long to wait.
    /// </summary>
    public static void SetRetryHeaders(IHeaderDictionary headers, MillraceException error)
    {
        var info = error.Reason.Info();
        if (!info.Retryable && info.Http is 409 or 429 or >= 500) headers["x-should-retry"] = "false";
        if (error.RetryAfter is not { } after) return;
        headers.RetryAfter = Math.Max(1, (long)Math.Ceiling(after.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        headers["retry-after-ms"] = ((long)Math.Ceiling(after.TotalMilliseconds)).ToString(CultureInfo.InvariantCulture);
    }
}

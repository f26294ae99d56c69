using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.OpenApi;

/// <summary>What refusals are made of.</summary>
internal static class ErrorParts
{
    /// <summary>A refusal.</summary>
    public static ApiSchema Error { get; } = ApiSchema.OfLines("Error", "error! ErrorBody");

    /// <summary>A refusal in the shape of Anthropic's API.</summary>
    public static ApiSchema AnthropicError { get; } = ApiSchema.Of(AnthropicErrorJson.Default.AnthropicError);

    /// <summary>All of them.</summary>
    public static IReadOnlyList<ApiSchema> All { get; } =
    [
        ApiSchema.OfLines(
            "ErrorBody",
            """
            message! string What was wrong and what to do.
            type! string The kind of refusal, in OpenAI's words.
            param! string|null The field at fault.
            code! string|null The reason; docs/status-codes.md lists them.
            """),
        AnthropicError,
    ];
}

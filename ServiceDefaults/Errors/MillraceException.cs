namespace Millrace.ServiceDefaults.Errors;

/// <summary>
/// A refusal or failure that a caller is told of. The message says what was wrong and what to do; it never carries prompt text,
/// secrets or internals. One interceptor turns it into a gRPC status, the Gateway into an OpenAI error object.
/// </summary>
public sealed class MillraceException : Exception
{
    /// <summary>Creates a refusal.</summary>
    /// <param name="reason">Why.</param>
    /// <param name="message">What was wrong and what to do, for the person who reads it.</param>
    /// <param name="inner">What caused it; stays in the log.</param>
    public MillraceException(Reason reason, string message, Exception? inner = null)
        : base(message, inner) => Reason = reason;

    /// <summary>Why.</summary>
    public Reason Reason { get; }

    /// <summary>The field at fault, in the words of the API that the caller used, such as <c>messages[0].content</c>.</summary>
    public string? Param { get; init; }

    /// <summary>When it is worth to try again; null when it is not, or not known.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>A field is missing, has the wrong type or is out of its range.</summary>
    public static MillraceException InvalidArgument(string param, string message) =>
        new(Reason.InvalidArgument, message) { Param = param };
}

using Millrace.ServiceDefaults.Errors;

namespace Millrace.Upstreams;

/// <summary>An attempt at an upstream failed.</summary>
internal sealed class UpstreamFailure(MillraceException error) : Exception(error.Message)
{
    /// <summary>What the caller is told when there is no further attempt.</summary>
    public MillraceException Error { get; } = error;

    /// <summary>Whether the same request may succeed at once or soon.</summary>
    public bool IsTransient { get; init; }

    /// <summary>How long the upstream asks to wait before that.</summary>
    public TimeSpan? RetryHint { get; init; }

    /// <summary>Whether the server is to blame, so that its circuit counts it.</summary>
    public bool IsServerFault { get; init; }
}

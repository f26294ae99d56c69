using System.Diagnostics;
using Millrace.Contracts.Inference.V1;
using Millrace.ServiceDefaults.Errors;
using Millrace.ServiceDefaults.Telemetry;

namespace Millrace.Upstreams;

/// <summary>
/// Watches one call to an upstream. Disposed at the end; unless it was completed or failed before, its caller went away.
/// </summary>
internal sealed class UpstreamObservation(UpstreamTelemetry telemetry, UpstreamModel model, TimeProvider time, Activity? activity)
    : IDisposable
{
    private readonly long _start = time.GetTimestamp();
    private readonly List<string> _finishReasons = [];
    private long _inputTokens;
    private long _cachedTokens;
    private long _outputTokens;
    private string? _error = Reason.Cancelled.Info().Code;

    /// <summary>Sees an event on its way to the caller.</summary>
    public void Observe(GenerateResponse response)
    {
        if (response.Started is { } started)
        {
            _inputTokens += started.PromptTokens;
            _cachedTokens += started.CachedTokens;
        }

        if (response.Finished is not { } finished) return;
        _outputTokens += finished.CompletionTokens;
        _finishReasons.Add(Name(finished.Reason));
    }

    /// <summary>The answer is complete.</summary>
    public void Complete() => _error = null;

    /// <summary>It failed for this reason.</summary>
    public void Fail(Reason reason) => _error = reason.Info().Code;

    /// <inheritdoc/>
    public void Dispose()
    {
        telemetry.Duration(model, time.GetElapsedTime(_start), _error);
        if (_inputTokens > 0) telemetry.Tokens(model, "input", _inputTokens);
        if (_outputTokens > 0) telemetry.Tokens(model, "output", _outputTokens);
        activity?.SetTag(GenAi.Attributes.InputTokens, _inputTokens)
            .SetTag(GenAi.Attributes.CacheReadInputTokens, _cachedTokens)
            .SetTag(GenAi.Attributes.OutputTokens, _outputTokens)
            .SetTag(GenAi.Attributes.FinishReasons, _finishReasons.ToArray());
        if (_error is not null) activity?.SetTag(GenAi.Attributes.ErrorType, _error).SetStatus(ActivityStatusCode.Error);
        activity?.Dispose();
    }

    private static string Name(FinishReason reason) => reason switch
    {
        FinishReason.Length => "length",
        FinishReason.ToolCalls => "tool_calls",
        FinishReason.ContentFilter => "content_filter",
        _ => "stop",
    };
}

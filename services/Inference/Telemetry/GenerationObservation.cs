using System.Diagnostics;
using Millrace.Inference.Engine;
using Millrace.ServiceDefaults.Errors;
using Millrace.ServiceDefaults.Telemetry;

namespace Millrace.Inference.Telemetry;

/// <summary>
/// Watches one generation: its span and its figures. Disposed at the end; unless it was completed or failed before, its caller went
/// away.
/// </summary>
internal sealed class GenerationObservation(InferenceMetrics metrics, string model, TimeProvider time, Activity? activity) : IDisposable
{
    private const string ErrorIfAbandoned = "cancelled";

    private readonly long _start = time.GetTimestamp();
    private readonly List<string> _finishReasons = [];
    private int _outputTokens;
    private string? _error = ErrorIfAbandoned;

    /// <summary>Sees an event on its way to the caller.</summary>
    public void Observe(GenerationEvent progress)
    {
        if (progress is PromptEvaluated started) Started(started);
        else if (progress is ChoiceFinished finished) Finished(finished);
    }

    /// <summary>All choices are complete.</summary>
    public void Complete() => _error = null;

    /// <summary>It failed for this reason.</summary>
    public void Fail(Reason reason) => _error = reason.Info().Code;

    /// <inheritdoc/>
    public void Dispose()
    {
        metrics.Duration(model, time.GetElapsedTime(_start), _error);
        activity?.SetTag(GenAi.Attributes.OutputTokens, _outputTokens);
        activity?.SetTag(GenAi.Attributes.FinishReasons, _finishReasons.ToArray());
        if (_error is not null) activity?.SetTag(GenAi.Attributes.ErrorType, _error).SetStatus(ActivityStatusCode.Error);
        activity?.Dispose();
    }

    private void Started(PromptEvaluated started)
    {
        metrics.FirstToken(model, started.FirstTokenTime);
        activity?.SetTag(GenAi.Attributes.InputTokens, started.PromptTokens)
            .SetTag(GenAi.Attributes.CacheReadInputTokens, started.CachedTokens)
            .AddEvent(new ActivityEvent("first_token"));
    }

    private void Finished(ChoiceFinished finished)
    {
        _outputTokens += finished.CompletionTokens;
        _finishReasons.Add(finished.Reason == FinishReason.Stop ? "stop" : "length");
        if (finished.CompletionTokens > 1) metrics.PerToken(model, finished.DecodeTime / (finished.CompletionTokens - 1));
    }
}

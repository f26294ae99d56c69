using System.Diagnostics;
using Millrace.Inference.Engine;
using Millrace.ServiceDefaults.Telemetry;

namespace Millrace.Inference.Telemetry;

/// <summary>Watches one generation: its span and its figures. Disposed at the end; unless completed before, the generation failed or was cancelled.</summary>
internal sealed class GenerationObservation(InferenceMetrics metrics, string model, TimeProvider time, Activity? activity) : IDisposable
{
    private readonly long _start = time.GetTimestamp();
    private readonly List<string> _finishReasons = [];
    private int _outputTokens;
    private bool _completed;

    /// <summary>Sees an event on its way to the caller.</summary>
    public void Observe(GenerationEvent progress)
    {
        if (progress is PromptEvaluated started) Started(started);
        else if (progress is ChoiceFinished finished) Finished(finished);
    }

    /// <summary>All choices are complete.</summary>
    public void Complete() => _completed = true;

    /// <inheritdoc/>
    public void Dispose()
    {
        metrics.Duration(model, time.GetElapsedTime(_start), _completed ? null : "incomplete");
        activity?.SetTag(GenAi.Attributes.OutputTokens, _outputTokens);
        activity?.SetTag(GenAi.Attributes.FinishReasons, _finishReasons.ToArray());
        if (!_completed) activity?.SetStatus(ActivityStatusCode.Error, "incomplete");
        activity?.Dispose();
    }

    private void Started(PromptEvaluated started)
    {
        metrics.FirstToken(model, started.FirstTokenTime);
        activity?.SetTag(GenAi.Attributes.OperationName, GenAi.Operations.Chat)
            .SetTag(GenAi.Attributes.ProviderName, "millrace")
            .SetTag(GenAi.Attributes.RequestModel, model)
            .SetTag(GenAi.Attributes.InputTokens, started.PromptTokens)
            .AddEvent(new ActivityEvent("first_token"));
    }

    private void Finished(ChoiceFinished finished)
    {
        _outputTokens += finished.CompletionTokens;
        _finishReasons.Add(finished.Reason == FinishReason.Stop ? "stop" : "length");
        if (finished.CompletionTokens > 1) metrics.PerToken(model, finished.DecodeTime / (finished.CompletionTokens - 1));
    }
}

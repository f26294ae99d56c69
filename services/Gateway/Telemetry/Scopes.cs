using System.Diagnostics;
using Millrace.Gateway.Explaining;

namespace Millrace.Gateway.Telemetry;

/// <summary>One step of the pipeline while it runs.</summary>
public sealed class StepScope : IDisposable
{
    private readonly GatewayTelemetry _telemetry;
    private readonly string _step;
    private readonly RunTimeline _timeline;
    private readonly long _startedAt;

    internal StepScope(GatewayTelemetry telemetry, string step, RunTimeline timeline, Activity? activity)
    {
        _telemetry = telemetry;
        _step = step;
        _timeline = timeline;
        _startedAt = telemetry.Now();
        Activity = activity;
    }

    /// <summary>Its span; null when nobody listens.</summary>
    public Activity? Activity { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        Activity?.Dispose();
        _telemetry.RecordStep(_step, _startedAt);
        _timeline.Add(_step, _startedAt);
    }
}

/// <summary>One call of a model while it runs. It counts as failed unless it is said to have succeeded.</summary>
public sealed class CallScope : IDisposable
{
    private readonly GatewayTelemetry _telemetry;
    private readonly long _startedAt;

    internal CallScope(GatewayTelemetry telemetry, string operation, string model, Activity? activity)
    {
        _telemetry = telemetry;
        _startedAt = telemetry.Now();
        Operation = operation;
        Model = model;
        Activity = activity;
    }

    /// <summary>Its span; null when nobody listens.</summary>
    public Activity? Activity { get; }

    internal string Operation { get; }

    internal string Model { get; }

    internal bool HasSucceeded { get; private set; }

    /// <summary>Says that the call went well.</summary>
    public void Succeeded() => HasSucceeded = true;

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!HasSucceeded) Activity?.SetStatus(ActivityStatusCode.Error);
        Activity?.Dispose();
        _telemetry.RecordCall(this, _startedAt);
    }
}

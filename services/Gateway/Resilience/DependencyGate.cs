using Grpc.Core;
using Millrace.ServiceDefaults.Calls;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Resilience;

/// <summary>What every call of a service passes: its circuit, then its bulkhead.</summary>
public sealed class DependencyGate
{
    private readonly TimeProvider _time;
    private readonly ILogger<DependencyGate> _logger;

    /// <summary>Makes the gate of a service.</summary>
    internal DependencyGate(
        string name, DependencyOptions options, TimeProvider time, ResilienceTelemetry telemetry, ILogger<DependencyGate> logger)
    {
        (Name, Options, _time, _logger) = (name, options, time, logger);
        Circuit = new Circuit(options, time);
        Bulkhead = new Bulkhead(name, options, time, telemetry);
    }

    /// <summary>The service's name.</summary>
    public string Name { get; }

    internal DependencyOptions Options { get; }

    internal Circuit Circuit { get; }

    internal Bulkhead Bulkhead { get; }

    /// <summary>Asks for leave to call; what comes of the call must be reported.</summary>
    /// <exception cref="MillraceException">The service counts as down (upstream_unavailable).</exception>
    internal void RequireCircuit()
    {
        if (Circuit.TryEnter(out var retryAfter)) return;
        throw new MillraceException(
            Reason.UpstreamUnavailable, $"The {Name} service did not answer lately and is not asked for a moment. Try again then.")
        {
            RetryAfter = retryAfter,
        };
    }

    /// <summary>Takes a place for a call of the ambient tenant.</summary>
    internal ValueTask<Bulkhead.Place> EnterAsync(CancellationToken cancellationToken)
    {
        var caller = CallContext.Current;
        return Bulkhead.EnterAsync(caller.Tenant, caller.IsBatch, cancellationToken);
    }

    /// <summary>When a call that begins now must have ended by its own budget.</summary>
    internal DateTime Deadline() => _time.GetUtcNow().UtcDateTime + Options.Timeout;

    /// <summary>A call was answered.</summary>
    internal void Succeeded()
    {
        if (Circuit.Succeeded()) ResilienceLog.DependencyBack(_logger, Name);
    }

    /// <summary>A call ended with an error. A service that refuses in its own words is there.</summary>
    /// <param name="error">The error.</param>
    /// <param name="budget">When the call had to end by its own budget; null for a call without.</param>
    internal void Failed(Exception error, DateTime? budget)
    {
        switch (Judge(error, budget))
        {
            case Verdict.Answered:
                Succeeded();
                break;
            case Verdict.Failed when Circuit.Failed():
                ResilienceLog.DependencyDown(_logger, Name);
                break;
            case Verdict.Unknown:
                Circuit.Abandoned();
                break;
        }
    }

    // A caller that gives up before the service's own time is over says nothing of the service.
    private Verdict Judge(Exception error, DateTime? budget)
    {
        if (error is not MillraceException { InnerException: RpcException rpc } refusal) return Verdict.Unknown;
        if (rpc.Trailers.GetValue(RpcErrors.ReasonTrailer) is not null) return Verdict.Answered;
        return refusal.Reason switch
        {
            Reason.UpstreamUnavailable => Verdict.Failed,
            Reason.DeadlineExceeded when budget is { } end && _time.GetUtcNow().UtcDateTime >= end => Verdict.Failed,
            Reason.DeadlineExceeded or Reason.Cancelled => Verdict.Unknown,
            _ => Verdict.Answered,
        };
    }

    private enum Verdict
    {
        Unknown,
        Answered,
        Failed,
    }
}

/// <summary>Facts about services that the Gateway calls. Event ids 3060 to 3069.</summary>
internal static partial class ResilienceLog
{
    [LoggerMessage(3060, LogLevel.Warning, "The {Dependency} service does not answer and is not asked for a while",
        EventName = "DependencyDown")]
    public static partial void DependencyDown(ILogger logger, string dependency);

    [LoggerMessage(3061, LogLevel.Information, "The {Dependency} service answers again", EventName = "DependencyBack")]
    public static partial void DependencyBack(ILogger logger, string dependency);
}

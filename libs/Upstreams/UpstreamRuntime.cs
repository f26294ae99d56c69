using System.Runtime.CompilerServices;
using Millrace.Contracts.Inference.V1;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Upstreams;

/// <summary>What the process does for models that run elsewhere.</summary>
internal sealed class UpstreamRuntime(
    UpstreamRegistry registry,
    UpstreamCounter counter,
    UpstreamHost host,
    UpstreamTelemetry telemetry,
    TimeProvider time)
{
    private readonly IUpstreamGate _gate = host.Gate;

    /// <summary>The model of this name; null when it is not an upstream's.</summary>
    public UpstreamModel? Find(string name) => registry.Find(name);

    /// <summary>Counts the tokens of texts, each by itself, and of a chat.</summary>
    /// <exception cref="MillraceException">There are too many or too long texts, or the upstream does not answer.</exception>
    public Task<CountTokensResponse> CountAsync(UpstreamModel model, CountTokensRequest request, CancellationToken cancellationToken) =>
        counter.CountAsync(model, request, cancellationToken);

    /// <summary>Generates. When the enumeration ends early for whatever reason, the request to the upstream is aborted.</summary>
    /// <param name="model">The model.</param>
    /// <param name="request">The request; nothing of it has been checked.</param>
    /// <param name="deadline">When the caller stops waiting.</param>
    /// <param name="cancellationToken">Aborts.</param>
    /// <exception cref="MillraceException">The request is refused, or fails.</exception>
    public async IAsyncEnumerable<GenerateResponse> GenerateAsync(
        UpstreamModel model,
        GenerateRequest request,
        DateTimeOffset? deadline,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var visit = _gate.Enter();
        using var observation = telemetry.Begin(model);
        var limit = Limit(deadline);
        using var late = new CancellationTokenSource(limit, time);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _gate.Evicted, late.Token);
        using var call = new UpstreamCall(model, request, time.GetUtcNow() + limit, ending.Token);
        while (await NextAsync(call, observation, limit, cancellationToken) is { } responses)
        {
            for (var i = 0; i < responses.Count; i++)
            {
                observation.Observe(responses[i]);
                yield return responses[i];
            }
        }

        observation.Complete();
    }

    private TimeSpan Limit(DateTimeOffset? deadline)
    {
        var most = host.GenerationTimeMax;
        var left = deadline - time.GetUtcNow() ?? most;
        return left <= TimeSpan.Zero ? TimeSpan.Zero : left < most ? left : most;
    }

    private async ValueTask<IReadOnlyList<GenerateResponse>?> NextAsync(
        UpstreamCall call, UpstreamObservation observation, TimeSpan limit, CancellationToken cancellationToken)
    {
        try
        {
            return await call.NextAsync();
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            var error = _gate.Evicted.IsCancellationRequested ? _gate.Eviction() : TooLate(limit);
            observation.Fail(error.Reason);
            throw error;
        }
        catch (MillraceException error)
        {
            observation.Fail(error.Reason);
            throw;
        }
    }

    private static MillraceException TooLate(TimeSpan limit) => new(
        Reason.DeadlineExceeded,
        FormattableString.Invariant($"The time for the request ran out after {limit.TotalSeconds:0.0} s, while an upstream worked on it. ")
        + "Allow more time, or ask for less.");
}

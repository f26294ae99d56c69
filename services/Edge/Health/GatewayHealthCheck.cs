using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using Millrace.Edge.Forwarding;

namespace Millrace.Edge.Health;

/// <summary>
/// The edge is ready when a gateway says that it is. The answer is believed for a short time, so that many probes of the edge are few
/// of the gateway, and probes at one time share one.
/// </summary>
internal sealed class GatewayHealthCheck(GatewayAddresses gateways, IOptions<EdgeOptions> options, TimeProvider time)
    : IHealthCheck, IDisposable
{
    private readonly HttpClient _client = new() { Timeout = options.Value.HealthTimeout };
    private readonly SemaphoreSlim _probing = new(initialCount: 1, maxCount: 1);
    private (HealthCheckResult Result, long At)? _last;

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        await _probing.WaitAsync(cancellationToken);
        try
        {
            if (_last is { } last && time.GetElapsedTime(last.At) < options.Value.HealthCacheTime) return last.Result;
            var result = await ProbeAsync(cancellationToken);
            _last = (result, time.GetTimestamp());
            return result;
        }
        finally
        {
            _probing.Release();
        }
    }

    public void Dispose()
    {
        _client.Dispose();
        _probing.Dispose();
    }

    private async Task<HealthCheckResult> ProbeAsync(CancellationToken cancellationToken)
    {
        var answers = await Task.WhenAll(gateways.All.Select(gateway => ProbeAsync(new Uri(gateway, "/health"), cancellationToken)));
        if (answers.All(answer => answer is null)) return HealthCheckResult.Healthy();
        var problem = answers.First(answer => answer is not null);
        return answers.Any(answer => answer is null) ? HealthCheckResult.Degraded(problem) : HealthCheckResult.Unhealthy(problem);
    }

    /// <summary>What is wrong with a gateway; null when nothing is.</summary>
    private async Task<string?> ProbeAsync(Uri address, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await _client.GetAsync(address, cancellationToken);
            return response.IsSuccessStatusCode ? null : $"A gateway answers {(int)response.StatusCode}.";
        }
        catch (Exception error) when (error is HttpRequestException or OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return "A gateway does not answer.";
        }
    }
}

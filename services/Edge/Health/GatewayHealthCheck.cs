using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using Millrace.Edge.Forwarding;
using Millrace.ServiceDefaults.Discovery;

namespace Millrace.Edge.Health;

/// <summary>
/// The edge is ready when the gateway says that it is. The answer is believed for a short time, so that many probes of the edge are few
/// of the gateway, and probes at one time share one.
/// </summary>
internal sealed class GatewayHealthCheck(ServiceEndpoints endpoints, IOptions<EdgeOptions> options, TimeProvider time)
    : IHealthCheck, IDisposable
{
    private readonly HttpClient _client = new() { Timeout = options.Value.HealthTimeout };
    private readonly Uri _address = new(endpoints.Require(GatewayRoute.Service, GatewayRoute.Endpoint), "/health");
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
        try
        {
            using var response = await _client.GetAsync(_address, cancellationToken);
            return response.IsSuccessStatusCode
                ? HealthCheckResult.Healthy()
                : HealthCheckResult.Unhealthy($"The gateway answers {(int)response.StatusCode}.");
        }
        catch (Exception error) when (error is HttpRequestException or OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return HealthCheckResult.Unhealthy("The gateway does not answer.");
        }
    }
}

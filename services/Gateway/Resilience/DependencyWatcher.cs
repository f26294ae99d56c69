using Microsoft.Extensions.Options;
using Millrace.Contracts.Health.V1;
using Millrace.ServiceDefaults.Clients;
using Millrace.ServiceDefaults.Discovery;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Resilience;

/// <summary>
/// Asks services whose circuits are open whether they are back, so that no request has to be the one that finds out, and <c>/health</c> is
/// right also while no request comes.
/// </summary>
internal sealed class DependencyWatcher(
    Dependencies dependencies, ServiceEndpoints endpoints, ServiceChannels channels, IOptions<ResilienceOptions> options, TimeProvider time)
    : BackgroundService
{
    private static readonly TimeSpan ProbeTimeout = TimeSpan.FromSeconds(2);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.ProbeInterval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                await Task.WhenAll(dependencies.All.Where(gate => gate.Circuit.IsOpen).Select(gate => ProbeAsync(gate, stoppingToken)));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The Gateway stops.
        }
    }

    private async Task ProbeAsync(DependencyGate gate, CancellationToken stoppingToken)
    {
        if (!gate.Circuit.TryEnter(out _)) return;
        var budget = time.GetUtcNow().UtcDateTime + ProbeTimeout;
        try
        {
            using var timeout = new CancellationTokenSource(ProbeTimeout, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, stoppingToken);
            var answer = await Client(gate.Name).CheckAsync(new HealthCheckRequest(), cancellationToken: either.Token);
            if (answer.Status == HealthCheckResponse.Types.ServingStatus.Serving) gate.Succeeded();
            else gate.Circuit.Failed();
        }
        catch (MillraceException error) when (!stoppingToken.IsCancellationRequested)
        {
            // Who does not even know the question is there.
            if (error.Reason is Reason.UpstreamUnavailable or Reason.Cancelled) gate.Circuit.Failed();
            else gate.Failed(error, budget);
        }
    }

    private Health.HealthClient Client(string service)
    {
        var address = endpoints.Require(service, ServiceClientExtensions.GrpcEndpoint);
        return new Health.HealthClient(channels.Invoker(service, address, new ServiceClientOptions()));
    }
}

using System.Net;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace Aspire.Hosting.Orchestration;

/// <summary>
/// Asks a running instance for its health: as soon as it runs, then every 30 s while it is healthy; after a failure sooner, from 100 ms
/// before the first success or 1 s after it, doubling up to 5 s.
/// </summary>
internal sealed class HealthMonitor(
    HealthCheckService checks, IOptions<HealthCheckServiceOptions> registered, TimeProvider time, ResourceNotificationService notifications)
    : IDisposable
{
    private static readonly TimeSpan HealthyInterval = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan FailureDelayMax = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan FirstDelayBeforeSuccess = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan FirstDelayAfterSuccess = TimeSpan.FromSeconds(1);

    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false })
    {
        Timeout = TimeSpan.FromSeconds(5),
        DefaultRequestVersion = HttpVersion.Version11,
    };

    /// <exception cref="DistributedApplicationException">The resource names a check that nobody registered.</exception>
    public void RequireRegistered(IResource resource)
    {
        var keys = registered.Value.Registrations.Select(registration => registration.Name).ToHashSet();
        var unknown = ChecksOf(resource).Find(check => check is not HttpHealthCheckAnnotation && !keys.Contains(check.Key));
        if (unknown is not null)
            throw new DistributedApplicationException(
                $"The health check '{unknown.Key}' of resource '{resource.Name}' is not registered: use Services.AddHealthChecks().");
    }

    /// <summary>The reports of an instance whose checks have not answered yet.</summary>
    public static IEnumerable<HealthReportSnapshot> Pending(IResource resource) =>
        ChecksOf(resource).Select(check => new HealthReportSnapshot(check.Key, null, null, null));

    /// <summary>Publishes the health of one instance until cancelled; each change to healthy runs <paramref name="onHealthy"/>.</summary>
    public async Task MonitorAsync(ResourceInstance instance, Func<Task> onHealthy, CancellationToken cancellationToken)
    {
        var delay = FirstDelayBeforeSuccess;
        var isHealthy = false;
        while (true)
        {
            var wasHealthy = isHealthy;
            isHealthy = await CheckAsync(instance, cancellationToken);
            if (isHealthy && !wasHealthy) await onHealthy();
            if (isHealthy) delay = FirstDelayAfterSuccess;
            await Task.Delay(isHealthy ? HealthyInterval : delay, time, cancellationToken);
            if (!isHealthy) delay = delay * 2 < FailureDelayMax ? delay * 2 : FailureDelayMax;
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<bool> CheckAsync(ResourceInstance instance, CancellationToken cancellationToken)
    {
        var checksOfResource = ChecksOf(instance.Resource);
        if (checksOfResource.Count == 0) return true;
        var reports = await Task.WhenAll(checksOfResource.Select(check => ReportAsync(check, instance, cancellationToken)));
        notifications.Publish(instance.Resource, instance.Id, snapshot => snapshot with { HealthReports = [.. reports] });
        return reports.All(report => report.Status == HealthStatus.Healthy);
    }

    private async Task<HealthReportSnapshot> ReportAsync(
        HealthCheckAnnotation check, ResourceInstance instance, CancellationToken cancellationToken) =>
        check is HttpHealthCheckAnnotation http
            ? await AskAsync(http, instance, cancellationToken)
            : await RunRegisteredAsync(check.Key, cancellationToken);

    private async Task<HealthReportSnapshot> AskAsync(
        HttpHealthCheckAnnotation check, ResourceInstance instance, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await _http.GetAsync(UrlOf(check, instance), HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            var actual = (int)response.StatusCode;
            return actual == check.StatusCode
                ? new HealthReportSnapshot(check.Key, HealthStatus.Healthy, null, null)
                : new HealthReportSnapshot(check.Key, HealthStatus.Unhealthy, $"Answered {actual} instead of {check.StatusCode}.", null);
        }
        catch (Exception exception) when (
            exception is HttpRequestException || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return new HealthReportSnapshot(check.Key, HealthStatus.Unhealthy, "Did not answer.", exception.Message);
        }
    }

    private async Task<HealthReportSnapshot> RunRegisteredAsync(string key, CancellationToken cancellationToken)
    {
        var report = await checks.CheckHealthAsync(registration => registration.Name == key, cancellationToken);
        var entry = report.Entries[key];
        return new HealthReportSnapshot(key, entry.Status, entry.Description, entry.Exception?.Message);
    }

    private static Uri UrlOf(HttpHealthCheckAnnotation check, ResourceInstance instance)
    {
        var endpoint = new EndpointReference((IResourceWithEndpoints)instance.Resource, check.EndpointName);
        var port = endpoint.EndpointAnnotation.ReplicaPorts[instance.Replica];
        return new Uri(new Uri($"{endpoint.Scheme}://{endpoint.Host}:{port}"), check.Path);
    }

    private static List<HealthCheckAnnotation> ChecksOf(IResource resource) => [.. resource.Annotations.OfType<HealthCheckAnnotation>()];
}

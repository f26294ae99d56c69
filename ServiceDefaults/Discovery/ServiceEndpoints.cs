using Microsoft.Extensions.Configuration;
using Millrace.ServiceDefaults.Hosting;

namespace Millrace.ServiceDefaults.Discovery;

/// <summary>
/// Finds other services by the variables that Aspire injects: <c>services__NAME__ENDPOINT__0</c>. Aspire 13.1 names the third part
/// after the endpoint, 13.2 after its scheme; <c>NAME_ENDPOINT</c>, which both set, decides between them.
/// </summary>
public sealed class ServiceEndpoints(IConfiguration configuration)
{
    private const string Section = "services";

    /// <summary>The address of an endpoint.</summary>
    /// <param name="service">The service's name in the AppHost, such as <c>retrieval</c>.</param>
    /// <param name="endpoint">The endpoint's name, such as <c>grpc</c>.</param>
    /// <returns>The address, or null when none is configured.</returns>
    public Uri? Find(string service, string endpoint)
    {
        var value = configuration[$"{Section}:{service}:{endpoint}:0"]
            ?? configuration[EnvironmentName(service, endpoint)]
            ?? configuration[$"{Section}:{service}:http:0"];
        return Uri.TryCreate(value, UriKind.Absolute, out var uri) ? uri : null;
    }

    /// <summary>Every address of an endpoint: a service may have several, numbered from 0.</summary>
    public IReadOnlyList<Uri> All(string service, string endpoint)
    {
        List<Uri> found = [];
        while (Uri.TryCreate(configuration[$"{Section}:{service}:{endpoint}:{found.Count}"], UriKind.Absolute, out var uri)) found.Add(uri);
        return found.Count > 0 || Find(service, endpoint) is not { } only ? found : [only];
    }

    /// <summary>As <see cref="Find"/>, for a service that must be there.</summary>
    /// <exception cref="StartupException">No address is configured; the message names the variable to set.</exception>
    public Uri Require(string service, string endpoint) => Find(service, endpoint) ?? throw new StartupException(
        $"The address of service '{service}' is not configured. Reference it in the AppHost, "
            + $"or set services__{service}__{endpoint}__0 to its URL.");

    /// <summary>The names of all configured services that start with a prefix, in order;
    /// <c>inference-</c> finds the pool's members.</summary>
    public IReadOnlyList<string> Names(string prefix) =>
    [
        .. configuration.GetSection(Section).GetChildren()
            .Select(child => child.Key)
            .Where(name => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
            .OrderBy(name => name.Length).ThenBy(name => name, StringComparer.OrdinalIgnoreCase),
    ];

    private static string EnvironmentName(string service, string endpoint) =>
        $"{service}_{endpoint}".Replace('-', '_').ToUpperInvariant();
}

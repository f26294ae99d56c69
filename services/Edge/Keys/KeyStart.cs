using System.Net;
using Microsoft.Extensions.Options;
using Millrace.ApiKeys;
using Millrace.Edge.Tls;
using Millrace.ServiceDefaults.Hosting;

namespace Millrace.Edge.Keys;

/// <summary>
/// Loads the keys before the first connection is taken, and refuses to start where everybody could reach an edge that asks for none.
/// </summary>
internal sealed class KeyStart(
    KeyRing ring, IConfiguration configuration, IOptions<TlsOptions> tls, ILogger<KeyStart> logger) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken)
    {
        try
        {
            ring.Open();
        }
        catch (KeyStoreException error)
        {
            throw new StartupException(error.Message, error);
        }

        if (ring.Required) return Task.CompletedTask;
        if (Listening().FirstOrDefault(address => !IsLoopback(address)) is { } open)
            throw new StartupException(
                $"The edge would listen on {open} without asking for API keys. Make one with './run keys create --name NAME', "
                    + "or set Edge:Keys:Mode to Required, or listen on loopback only.");
        EdgeLog.NoKeys(logger);
        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static bool IsLoopback(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    // The host of "http://+:80" is no URI's; what cannot be read counts as open.
    private static string HostOf(string url) => Uri.TryCreate(url, UriKind.Absolute, out var uri) ? uri.Host : url;

    private IEnumerable<string> Listening()
    {
        if (configuration[WebHostDefaults.ServerUrlsKey] is { Length: > 0 } urls)
            foreach (var url in urls.Split(';', StringSplitOptions.RemoveEmptyEntries)) yield return HostOf(url);
        else if (configuration["MILLRACE_BIND_ADDRESS"] is { Length: > 0 } address) yield return address;
        foreach (var endpoint in configuration.GetSection("Kestrel:Endpoints").GetChildren()) yield return HostOf(endpoint["Url"] ?? "?");
        if (tls.Value is { IsOn: true, Address: { Length: > 0 } secure }) yield return secure;
    }
}

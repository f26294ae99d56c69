using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Options;

namespace Millrace.Edge.Tls;

/// <summary>The HTTPS port, when there is a certificate.</summary>
internal static class TlsListening
{
    private static readonly TimeSpan HandshakeTimeout = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Takes HTTPS where the options say. Addresses given as URLs then count for nothing, so that the plain port is opened again, for this
    /// machine only: its health is asked for there.
    /// </summary>
    public static void ListenWithTls(this KestrelServerOptions kestrel, IConfiguration configuration)
    {
        var services = kestrel.ApplicationServices;
        var options = services.GetRequiredService<IOptions<TlsOptions>>().Value;
        if (!options.IsOn) return;

        var files = services.GetRequiredService<CertificateFiles>();
        _ = files.Current;
        kestrel.Listen(IPAddress.Parse(options.Address), options.Port, listen =>
        {
            listen.Protocols = HttpProtocols.Http1AndHttp2;
            listen.UseHttps(new TlsHandshakeCallbackOptions
            {
                HandshakeTimeout = HandshakeTimeout,
                OnConnection = _ => ValueTask.FromResult(Authentication(files)),
            });
        });
        if (configuration[WebHostDefaults.ServerUrlsKey] is not { Length: > 0 }) return;
        if (int.TryParse(configuration["MILLRACE_HTTP_PORT"], NumberStyles.None, CultureInfo.InvariantCulture, out var plain))
            kestrel.Listen(IPAddress.Loopback, plain, listen => listen.Protocols = HttpProtocols.Http1);
    }

    private static SslServerAuthenticationOptions Authentication(CertificateFiles files) => new()
    {
        ServerCertificateContext = files.Current,
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
    };
}

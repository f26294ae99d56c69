using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Millrace.ServiceDefaults.Hosting;

/// <summary>
/// Where a service listens. A cleartext HTTP/2 port answers HTTP/1.1 with 400, so gRPC has a port of its own and
/// health (and, in Edge and Gateway, the HTTP API) another.
/// </summary>
/// <param name="GrpcPort">Port for gRPC (HTTP/2 without TLS); null for none. From <c>MILLRACE_GRPC_PORT</c>.</param>
/// <param name="HttpPort">Port for HTTP/1.1; null for none. From <c>MILLRACE_HTTP_PORT</c>.</param>
/// <param name="Address">Address to listen on. From <c>MILLRACE_BIND_ADDRESS</c>; default loopback.</param>
internal sealed record EndpointOptions(int? GrpcPort, int? HttpPort, IPAddress Address)
{
    public static EndpointOptions From(Func<string, string?> setting) => new(
        Port(setting, "MILLRACE_GRPC_PORT"),
        Port(setting, "MILLRACE_HTTP_PORT"),
        BindAddress(setting("MILLRACE_BIND_ADDRESS")));

    /// <summary>What a port speaks.</summary>
    public HttpProtocols ProtocolsOf(int? port) => port is not null && port == GrpcPort ? HttpProtocols.Http2 : HttpProtocols.Http1;

    private static int? Port(Func<string, string?> setting, string name)
    {
        if (setting(name) is not { Length: > 0 } text) return null;
        return ushort.TryParse(text, out var port)
            ? port
            : throw new StartupException($"{name} is '{text}'. Set it to a port from 0 to 65535.");
    }

    private static IPAddress BindAddress(string? text)
    {
        if (string.IsNullOrEmpty(text)) return IPAddress.Loopback;
        return IPAddress.TryParse(text, out var address)
            ? address
            : throw new StartupException(
                $"MILLRACE_BIND_ADDRESS is '{text}'. Set it to an IP address, such as 127.0.0.1 or 0.0.0.0.");
    }
}

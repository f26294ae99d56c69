using System.Net;
using System.Net.Sockets;

namespace Aspire.Hosting.Orchestration;

/// <summary>
/// A port that nobody else is given for as long as the application lives. Its sockets are bound and do not listen: the kernel then hands
/// the port to no other program, while the child, which binds it by number with SO_REUSEADDR as servers do, may listen on it. So there is
/// no moment at which the port is free, neither before the child's start nor between its restarts.
/// </summary>
internal sealed class PortReservation : IDisposable
{
    private const int AttemptsMax = 64;

    private readonly IReadOnlyList<Socket> _sockets;

    private PortReservation(int port, IReadOnlyList<Socket> sockets) => (Port, _sockets) = (port, sockets);

    public int Port { get; }

    /// <summary>Reserves a given port, or any free one, on every address of the host.</summary>
    /// <exception cref="SocketException">A program listens on the given port.</exception>
    public static PortReservation Take(string host, int? port)
    {
        var addresses = AddressesOf(host);
        if (port is { } fixedPort) return new PortReservation(fixedPort, Bind(addresses, fixedPort));
        for (var attempt = 1; ; attempt++)
        {
            var first = Bind(addresses[0], 0);
            var free = ((IPEndPoint)first.LocalEndPoint!).Port;
            try
            {
                return new PortReservation(free, [first, .. Bind(addresses[1..], free)]);
            }
            catch (SocketException) when (attempt < AttemptsMax)
            {
                first.Dispose();
            }
        }
    }

    /// <summary>Listens on the reserved port itself, for a proxy.</summary>
    public IReadOnlyList<Socket> Listen(int backlog)
    {
        foreach (var socket in _sockets) socket.Listen(backlog);
        return _sockets;
    }

    public void Dispose()
    {
        foreach (var socket in _sockets) socket.Dispose();
    }

    private static IPAddress[] AddressesOf(string host)
    {
        IPAddress[] all = host switch
        {
            "localhost" => [IPAddress.Loopback, IPAddress.IPv6Loopback],
            "*" or "+" or "0.0.0.0" or "::" => [IPAddress.Any],
            _ when IPAddress.TryParse(host, out var address) => [address],
            _ => [IPAddress.Loopback],
        };
        return all.Length > 1 && !HasIPv6Loopback ? [all[0]] : all;
    }

    private static readonly bool HasIPv6Loopback = Socket.OSSupportsIPv6 && CanBindIPv6Loopback();

    private static bool CanBindIPv6Loopback()
    {
        try
        {
            Bind(IPAddress.IPv6Loopback, 0).Dispose();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static List<Socket> Bind(IPAddress[] addresses, int port)
    {
        var sockets = new List<Socket>(addresses.Length);
        try
        {
            foreach (var address in addresses) sockets.Add(Bind(address, port));
            return sockets;
        }
        catch
        {
            foreach (var socket in sockets) socket.Dispose();
            throw;
        }
    }

    private static Socket Bind(IPAddress address, int port)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            // .NET sets SO_REUSEADDR on every TCP socket that it binds on Unix.
            socket.Bind(new IPEndPoint(address, port));
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

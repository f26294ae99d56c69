using System.Buffers;
using System.Net.Sockets;

namespace Aspire.Hosting.Orchestration;

/// <summary>
/// Forwards each connection to one of the replicas behind an endpoint, in turn. Bytes move only as fast as the slower side takes them,
/// and each direction closes on its own.
/// </summary>
internal sealed class ReplicaProxy : IAsyncDisposable
{
    private const int Backlog = 512;
    private const int ConnectionsMax = 4096;
    private const int BufferBytes = 64 * 1024;

    private readonly Func<IReadOnlyList<int>> _servingPorts;
    private readonly string _host;
    private readonly CancellationTokenSource _stopping = new();
    private readonly SemaphoreSlim _connections = new(ConnectionsMax);
    private readonly Task _accepting;
    private int _next;

    /// <param name="listeners">The sockets of the public port, already listening.</param>
    /// <param name="host">The host that the replicas listen on.</param>
    /// <param name="servingPorts">The ports of the replicas that can take a connection now.</param>
    public ReplicaProxy(IReadOnlyList<Socket> listeners, string host, Func<IReadOnlyList<int>> servingPorts)
    {
        _host = host;
        _servingPorts = servingPorts;
        _accepting = Task.WhenAll(listeners.Select(AcceptAsync));
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _accepting;
        for (var i = 0; i < ConnectionsMax; i++) await _connections.WaitAsync();
        _stopping.Dispose();
        _connections.Dispose();
    }

    private async Task AcceptAsync(Socket listener)
    {
        try
        {
            while (true)
            {
                await _connections.WaitAsync(_stopping.Token);
                await AcceptOneAsync(listener);
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    private async Task AcceptOneAsync(Socket listener)
    {
        try
        {
            var client = await listener.AcceptAsync(_stopping.Token);
            _ = ForwardAsync(client);
        }
        catch (SocketException)
        {
            _connections.Release();
        }
        catch (OperationCanceledException)
        {
            _connections.Release();
            throw;
        }
    }

    /// <summary>Owned by the proxy: it holds one of the connections' permits, and the proxy's end waits for all of them.</summary>
    private async Task ForwardAsync(Socket client)
    {
        try
        {
            using (client)
            {
                using var replica = await ConnectAsync();
                if (replica is not null) await Task.WhenAll(CopyAsync(client, replica), CopyAsync(replica, client));
            }
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException or ObjectDisposedException)
        {
        }
        finally
        {
            _connections.Release();
        }
    }

    /// <summary>A connection to the next replica that takes it, or null.</summary>
    private async Task<Socket?> ConnectAsync()
    {
        var ports = _servingPorts();
        for (var attempt = 0; attempt < ports.Count; attempt++)
        {
            var port = ports[(int)((uint)Interlocked.Increment(ref _next) % ports.Count)];
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(_host, port, _stopping.Token);
                return socket;
            }
            catch (SocketException)
            {
                socket.Dispose();
            }
        }

        return null;
    }

    private async Task CopyAsync(Socket from, Socket to)
    {
        try
        {
            while (await CopyNextAsync(from, to)) { }
            to.Shutdown(SocketShutdown.Send);
        }
        catch
        {
            // The other direction cannot go on either once a side has failed.
            from.Dispose();
            to.Dispose();
            throw;
        }
    }

    /// <summary>Moves what arrives; false at the end. The empty read waits, so that an idle connection holds no buffer.</summary>
    private async Task<bool> CopyNextAsync(Socket from, Socket to)
    {
        await from.ReceiveAsync(Memory<byte>.Empty, _stopping.Token);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            var received = await from.ReceiveAsync(buffer.AsMemory(0, BufferBytes), _stopping.Token);
            for (var sent = 0; sent < received;) sent += await to.SendAsync(buffer.AsMemory(sent, received - sent), _stopping.Token);
            return received > 0;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}

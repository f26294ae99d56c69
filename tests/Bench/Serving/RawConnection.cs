using System.Buffers.Text;
using System.Net.Sockets;
using Millrace.Bench.Harness;

namespace Millrace.Bench.Serving;

/// <summary>What one request took.</summary>
/// <param name="FirstByteMs">Milliseconds until the first byte of the answer's body.</param>
/// <param name="TotalMs">Milliseconds until its last.</param>
internal readonly record struct RawTiming(double FirstByteMs, double TotalMs);

/// <summary>
/// One HTTP/1.1 connection that costs next to nothing, so that a load from one core measures the server and not itself. It knows bodies of
/// a given length and chunked ones, and nothing else of HTTP.
/// </summary>
internal sealed class RawConnection : IDisposable
{
    private const int BufferBytes = 64 * 1024;

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _buffer = new byte[BufferBytes];
    private int _filled;

    /// <summary>Connects.</summary>
    public static async Task<RawConnection> OpenAsync(Uri address, CancellationToken cancellationToken)
    {
        var connection = new RawConnection();
        await connection._socket.ConnectAsync(address.Host, address.Port, cancellationToken);
        return connection;
    }

    /// <summary>Sends a request and reads its answer to the end.</summary>
    /// <param name="request">The whole request, headers included.</param>
    /// <param name="expected">What the answer must contain near its end.</param>
    /// <param name="cancellationToken">Cancels; the connection is of no use afterwards.</param>
    /// <exception cref="BenchException">The answer is not what was expected.</exception>
    public async ValueTask<RawTiming> AskAsync(
        ReadOnlyMemory<byte> request, ReadOnlyMemory<byte> expected, CancellationToken cancellationToken)
    {
        var start = System.Diagnostics.Stopwatch.GetTimestamp();
        await _socket.SendAsync(request, cancellationToken);
        _filled = 0;
        int head;
        while ((head = _buffer.AsSpan(0, _filled).IndexOf("\r\n\r\n"u8)) < 0) await FillAsync(cancellationToken);
        var body = head + 4;
        if (!_buffer.AsSpan(0, 12).EndsWith("200"u8)) throw Wrong();
        var length = LengthOf(_buffer.AsSpan(0, head));
        while (_filled == body) await FillAsync(cancellationToken);
        var first = System.Diagnostics.Stopwatch.GetElapsedTime(start);
        while (length is { } bytes ? _filled < body + bytes : !_buffer.AsSpan(body, _filled - body).EndsWith("0\r\n\r\n"u8))
            await FillAsync(cancellationToken);
        if (_buffer.AsSpan(body, _filled - body).IndexOf(expected.Span) < 0) throw Wrong();
        return new RawTiming(first.TotalMilliseconds, System.Diagnostics.Stopwatch.GetElapsedTime(start).TotalMilliseconds);
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();

    private static int? LengthOf(ReadOnlySpan<byte> head)
    {
        var text = System.Text.Encoding.ASCII.GetString(head);
        var at = text.IndexOf("\r\ncontent-length:", StringComparison.OrdinalIgnoreCase);
        if (at < 0) return null;
        var value = head[(at + "\r\ncontent-length:".Length)..].TrimStart((byte)' ');
        return Utf8Parser.TryParse(value, out int length, out _) ? length : null;
    }

    private async ValueTask FillAsync(CancellationToken cancellationToken)
    {
        if (_filled == _buffer.Length) throw Wrong();
        var read = await _socket.ReceiveAsync(_buffer.AsMemory(_filled), cancellationToken);
        if (read == 0) throw Wrong();
        _filled += read;
    }

    private BenchException Wrong() =>
        new($"An answer is not what was expected: {System.Text.Encoding.UTF8.GetString(_buffer, 0, Math.Min(_filled, 600))}");
}

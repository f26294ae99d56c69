using System.Net.Sockets;
using System.Text;
using Millrace.Bench.Harness;

namespace Millrace.Bench.Serving;

/// <summary>
/// Reads the words of streamed chats from a socket: bodies in chunks, events in lines, contents without escapes, which is what a simulated
/// engine says. It keeps one buffer and makes a string only of words.
/// </summary>
internal sealed class EventStream : IDisposable
{
    private const int BufferBytes = 16 * 1024;

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _raw = new byte[BufferBytes];
    private readonly byte[] _line = new byte[BufferBytes];
    private int _read;
    private int _filled;
    private int _lineLength;
    private int _chunkLeft;

    /// <summary>Connects.</summary>
    public static async Task<EventStream> OpenAsync(Uri address, CancellationToken cancellationToken)
    {
        var stream = new EventStream();
        await stream._socket.ConnectAsync(address.Host, address.Port, cancellationToken);
        return stream;
    }

    /// <summary>Sends a request and reads the head of its answer.</summary>
    /// <exception cref="BenchException">It was refused.</exception>
    public async Task AskAsync(ReadOnlyMemory<byte> request, CancellationToken cancellationToken)
    {
        await _socket.SendAsync(request, cancellationToken);
        var status = await LineAsync(cancellationToken);
        if (!status.EndsWith("200 OK", StringComparison.Ordinal)) throw new BenchException($"A stream was refused: {status}.");
        while ((await LineAsync(cancellationToken)).Length > 0)
        {
            // The headers.
        }

        _chunkLeft = 0;
    }

    /// <summary>The next words.</summary>
    /// <returns>What a chunk says; null behind the last.</returns>
    /// <exception cref="BenchException">The stream failed, or broke off.</exception>
    public async ValueTask<string?> WordsAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await DataLineAsync(cancellationToken);
            var line = _line.AsSpan(0, _lineLength);
            if (line.SequenceEqual("data: [DONE]"u8)) return null;
            if (line.StartsWith("data: {\"error\""u8)) throw new BenchException($"A stream failed: {Encoding.UTF8.GetString(line)}");
            var at = line.IndexOf("\"content\":\""u8);
            if (at < 0) continue;
            var rest = line[(at + 11)..];
            var words = rest[..rest.IndexOf((byte)'"')];
            if (words.Length > 0) return Encoding.UTF8.GetString(words);
        }
    }

    /// <summary>Leaves, without reading what is still to come.</summary>
    public void Dispose() => _socket.Dispose();

    private async ValueTask<string> LineAsync(CancellationToken cancellationToken)
    {
        _lineLength = 0;
        while (true)
        {
            var next = await ByteAsync(cancellationToken);
            if (next == '\n') return Encoding.ASCII.GetString(_line, 0, _lineLength).TrimEnd('\r');
            Keep(next);
        }
    }

    /// <summary>A line of the body, which may lie in several of its chunks.</summary>
    private async ValueTask DataLineAsync(CancellationToken cancellationToken)
    {
        _lineLength = 0;
        while (true)
        {
            if (_chunkLeft == 0) await BeginChunkAsync(cancellationToken);
            if (_read == _filled) await FillAsync(cancellationToken);
            var here = _raw.AsMemory(_read, Math.Min(_chunkLeft, _filled - _read));
            var end = here.Span.IndexOf((byte)'\n');
            var taken = end < 0 ? here.Length : end;
            if (_lineLength + taken > _line.Length) throw new BenchException("A stream has a line that is too long.");
            here.Span[..taken].CopyTo(_line.AsSpan(_lineLength));
            _lineLength += taken;
            var used = end < 0 ? taken : taken + 1;
            _read += used;
            _chunkLeft -= used;
            if (_chunkLeft == 0) await EndChunkAsync(cancellationToken);
            if (end >= 0) return;
        }
    }

    private async ValueTask BeginChunkAsync(CancellationToken cancellationToken)
    {
        var length = 0;
        for (var next = await ByteAsync(cancellationToken); next != '\n'; next = await ByteAsync(cancellationToken))
            if (next != '\r')
                length = (length * 16) + Convert.ToInt32(((char)next).ToString(), 16);
        _chunkLeft = length > 0 ? length : throw new BenchException("A stream ended without [DONE].");
    }

    private async ValueTask EndChunkAsync(CancellationToken cancellationToken)
    {
        await ByteAsync(cancellationToken);
        await ByteAsync(cancellationToken);
    }

    private async ValueTask<byte> ByteAsync(CancellationToken cancellationToken)
    {
        if (_read == _filled) await FillAsync(cancellationToken);
        return _raw[_read++];
    }

    private void Keep(byte next)
    {
        if (_lineLength == _line.Length) throw new BenchException("A stream has a line that is too long.");
        _line[_lineLength++] = next;
    }

    private async ValueTask FillAsync(CancellationToken cancellationToken)
    {
        _filled = await _socket.ReceiveAsync(_raw, cancellationToken);
        _read = 0;
        if (_filled == 0) throw new BenchException("A stream broke off.");
    }
}

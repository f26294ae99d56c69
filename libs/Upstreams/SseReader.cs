using System.Buffers;
using System.Text;

namespace Millrace.Upstreams;

/// <summary>A server-sent event.</summary>
/// <param name="Type">Its type; empty when it names none.</param>
/// <param name="Data">Its data; valid until the next one is read.</param>
internal readonly record struct SseEvent(string Type, ReadOnlyMemory<byte> Data);

/// <summary>An event stream that is not one, or is larger than it may be.</summary>
internal sealed class SseException(string message) : Exception(message);

/// <summary>
/// Reads server-sent events. Own and not <c>SseParser</c>: that one lets a line grow without bound. Lines end in LF, CRLF or CR; an event
/// that is not closed by an empty line before the end is dropped, as the standard says.
/// </summary>
internal sealed class SseReader(Stream stream)
{
    /// <summary>Most bytes of one event.</summary>
    internal const int EventBytesMax = 1024 * 1024;

    private const int ReadBytes = 16 * 1024;
    private const int TypeBytesMax = 64;

    private readonly byte[] _read = new byte[ReadBytes];
    private readonly ArrayBufferWriter<byte> _line = new(1024);
    private readonly ArrayBufferWriter<byte> _data = new(1024);
    private string _type = "";
    private bool _hasData;
    private bool _afterCarriageReturn;
    private int _next;
    private int _filled;

    /// <summary>The next event; null at the end of the stream.</summary>
    /// <exception cref="SseException">An event is too large.</exception>
    public async ValueTask<SseEvent?> ReadAsync(CancellationToken cancellationToken)
    {
        _data.ResetWrittenCount();
        _hasData = false;
        _type = "";
        while (true)
        {
            while (_next < _filled)
                if (TakeLine(out var line) && EndLine(line) is { } complete)
                    return complete;
            _next = 0;
            _filled = await stream.ReadAsync(_read, cancellationToken);
            if (_filled == 0) return null;
        }
    }

    /// <summary>Takes bytes up to the end of the line. A line that arrived whole is not copied.</summary>
    /// <param name="line">The line, when it is complete.</param>
    /// <returns>Whether the line is complete.</returns>
    private bool TakeLine(out ReadOnlySpan<byte> line)
    {
        line = [];
        if (_afterCarriageReturn)
        {
            _afterCarriageReturn = false;
            if (_read[_next] == '\n' && ++_next == _filled) return false;
        }

        var rest = _read.AsSpan(_next, _filled - _next);
        var end = rest.IndexOfAny((byte)'\n', (byte)'\r');
        var taken = end < 0 ? rest.Length : end;
        if (_line.WrittenCount + _data.WrittenCount + taken > EventBytesMax)
            throw new SseException($"it sent an event of more than {EventBytesMax} bytes");
        _next += end < 0 ? taken : taken + 1;
        _afterCarriageReturn = end >= 0 && rest[end] == '\r';
        if (end < 0 || _line.WrittenCount > 0) _line.Write(rest[..taken]);
        line = _line.WrittenCount > 0 ? _line.WrittenSpan : rest[..taken];
        return end >= 0;
    }

    private SseEvent? EndLine(ReadOnlySpan<byte> line)
    {
        // What it consists of stays where it is until more is written.
        _line.ResetWrittenCount();
        if (line.IsEmpty) return EndEvent();
        var colon = line.IndexOf((byte)':');
        var name = colon < 0 ? line : line[..colon];
        var value = colon < 0 ? [] : line[(colon + 1)..];
        if (value is [(byte)' ', ..]) value = value[1..];
        if (name.SequenceEqual("data"u8)) AddData(value);
        else if (name.SequenceEqual("event"u8)) _type = Encoding.UTF8.GetString(value[..Math.Min(value.Length, TypeBytesMax)]);
        return null;
    }

    private SseEvent? EndEvent()
    {
        if (_hasData) return new SseEvent(_type, _data.WrittenMemory);
        _type = "";
        return null;
    }

    private void AddData(ReadOnlySpan<byte> value)
    {
        if (_hasData) _data.Write("\n"u8);
        _data.Write(value);
        _hasData = true;
    }
}

using System.Runtime.InteropServices;

namespace Millrace.VectorIndex.Storage;

/// <summary>Reads a log from its beginning to its last whole record.</summary>
internal sealed class LogReader : IDisposable
{
    private readonly FileStream _file;
    private readonly VectorIndexOptions _options;
    private byte[] _buffer = new byte[1 << 16];

    public LogReader(string path, VectorIndexOptions options)
    {
        _file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 1 << 16);
        _options = options;
    }

    /// <summary>What does something with a write.</summary>
    public delegate void Apply(in LogRecord record);

    /// <summary>Hands every whole record on.</summary>
    /// <returns>Where the last whole record ends; 0 where even the header is not whole, since the log's making was cut short.</returns>
    /// <exception cref="VectorIndexException">The log is damaged, not cut short, or of another index.</exception>
    public long ReadAll(Apply apply)
    {
        var header = new byte[FileHeader.Bytes];
        if (_file.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) < header.Length) return 0;
        FileHeader.Read(header, FileHeader.LogMagic, _options, _file.Name);
        long end = FileHeader.Bytes;
        while (TryReadRecord(out var size, out var record))
        {
            apply(record);
            end += size;
        }

        // A write that was cut short leaves less than one record. More than that, or a whole record behind, is damage.
        var rest = _file.Length - end;
        if (rest > LogRecord.HeaderBytes + LogRecord.PayloadBytesMax(_options.Dimension) || IsFollowed(end))
            throw Faults.DamagedLog(_file.Name, end, _file.Length);
        return end;
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private bool TryReadRecord(out int size, out LogRecord record)
    {
        size = 0;
        record = default;
        if (!TryFill(0, LogRecord.HeaderBytes)) return false;
        var length = MemoryMarshal.Read<int>(_buffer);
        if (length <= 0 || length > LogRecord.PayloadBytesMax(_options.Dimension)) return false;
        if (!TryFill(LogRecord.HeaderBytes, length)) return false;
        size = LogRecord.HeaderBytes + length;
        var bytes = _buffer.AsSpan(0, size);
        return MemoryMarshal.Read<uint>(bytes[sizeof(int)..]) == LogRecord.ChecksumOf(bytes)
            && LogRecord.TryRead(bytes[LogRecord.HeaderBytes..], _options.Dimension, out record);
    }

    // Whether a whole record comes after one that is not.
    private bool IsFollowed(long end)
    {
        _file.Position = end;
        if (!TryFill(0, LogRecord.HeaderBytes)) return false;
        var length = MemoryMarshal.Read<int>(_buffer);
        if (length <= 0 || end + LogRecord.HeaderBytes + length >= _file.Length) return false;
        _file.Position = end + LogRecord.HeaderBytes + length;
        return TryReadRecord(out _, out _);
    }

    private bool TryFill(int offset, int count)
    {
        if (_buffer.Length < offset + count) Array.Resize(ref _buffer, offset + count);
        return _file.ReadAtLeast(_buffer.AsSpan(offset, count), count, throwOnEndOfStream: false) == count;
    }
}

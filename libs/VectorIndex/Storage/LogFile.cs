using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Millrace.VectorIndex.Storage;

/// <summary>
/// The writes since a snapshot, each appended before it is made in memory. A record is its payload's length, a checksum over length and
/// payload, and the payload (<see cref="LogRecord"/>). One thread appends at a time; any may wait for the disk.
/// </summary>
internal sealed class LogFile : IDisposable
{
    private readonly SafeFileHandle _file;
    private readonly string _path;
    private readonly Lock _syncing = new();
    private byte[] _buffer = [];
    private long _length;
    private long _synced;
    private bool _failed;
    private bool _closed;

    private LogFile(SafeFileHandle file, string path, long length) => (_file, _path, _length) = (file, path, length);

    /// <summary>Bytes of the file.</summary>
    public long Length => Interlocked.Read(ref _length);

    /// <summary>Bytes of its records.</summary>
    public long RecordBytes => Length - FileHeader.Bytes;

    /// <summary>Makes an empty log.</summary>
    public static LogFile Create(string path, VectorIndexOptions options, long generation)
    {
        var file = File.OpenHandle(path, FileMode.Create, FileAccess.ReadWrite, FileShare.Read);
        RandomAccess.Write(file, FileHeader.Of(FileHeader.LogMagic, options, generation).ToBytes(), 0);
        RandomAccess.FlushToDisk(file);
        return new(file, path, FileHeader.Bytes);
    }

    /// <summary>Opens a log that was read to its end, and cuts off what comes after.</summary>
    public static LogFile Continue(string path, long length)
    {
        var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read);
        RandomAccess.SetLength(file, length);
        return new(file, path, length);
    }

    /// <summary>Appends a record. When this returns, the system has it.</summary>
    /// <exception cref="VectorIndexException">The disk refused it, now or earlier.</exception>
    public void Append(in LogRecord record)
    {
        if (_failed) throw Faults.WriteFailed(_path, null);
        var bytes = Format(record);
        try
        {
            RandomAccess.Write(_file, bytes, _length);
            Interlocked.Add(ref _length, bytes.Length);
        }
        catch (IOException error)
        {
            _failed = true;
            throw Faults.WriteFailed(_path, error);
        }
    }

    /// <summary>
    /// Waits until the disk has all records before a position. One thread's wait serves all whose records were there when it began. A log
    /// that was closed was followed by a snapshot that has its records.
    /// </summary>
    public void Sync(long position)
    {
        if (Interlocked.Read(ref _synced) >= position) return;
        lock (_syncing)
        {
            if (_closed || _synced >= position) return;
            var length = Length;
            try
            {
                RandomAccess.FlushToDisk(_file);
                Interlocked.Exchange(ref _synced, length);
            }
            catch (IOException error)
            {
                _failed = true;
                throw Faults.WriteFailed(_path, error);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_syncing)
        {
            _closed = true;
            _file.Dispose();
        }
    }

    private ReadOnlySpan<byte> Format(in LogRecord record)
    {
        var size = LogRecord.HeaderBytes + record.PayloadBytes;
        if (_buffer.Length < size) _buffer = new byte[size];
        var bytes = _buffer.AsSpan(0, size);
        record.WritePayload(bytes[LogRecord.HeaderBytes..]);
        MemoryMarshal.Write(bytes, record.PayloadBytes);
        MemoryMarshal.Write(bytes[sizeof(int)..], LogRecord.ChecksumOf(bytes));
        return bytes;
    }
}

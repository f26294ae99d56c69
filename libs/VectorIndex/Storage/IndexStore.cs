using Millrace.VectorIndex.Graph;

namespace Millrace.VectorIndex.Storage;

/// <summary>An index's files while it is open. Used under the index's write lock, but for <see cref="Sync"/>.</summary>
internal sealed class IndexStore : IDisposable
{
    private readonly IndexFolder _folder;
    private readonly VectorIndexOptions _options;
    private readonly List<string> _repairs = [];
    private volatile LogFile _log;
    private long _snapshotBytes;

    /// <summary>Opens a folder and brings its index into memory.</summary>
    /// <exception cref="VectorIndexException">Files are damaged, of another index, or in use.</exception>
    public IndexStore(string folder, VectorIndexOptions options, IEngine engine)
    {
        _options = options;
        _folder = new IndexFolder(folder);
        try
        {
            _folder.CheckComplete();
            if (_folder.Snapshot is { } snapshot) _snapshotBytes = Snapshot.Read(snapshot, engine.Table);
            _log = OpenLog(engine);
            _folder.Clean();
        }
        catch
        {
            _folder.Dispose();
            throw;
        }
    }

    /// <summary>Bytes of the records since the last snapshot.</summary>
    public long LogBytes => _log.RecordBytes;

    /// <summary>Bytes of the last snapshot.</summary>
    public long SnapshotBytes => Interlocked.Read(ref _snapshotBytes);

    /// <summary>What opening mended.</summary>
    public IReadOnlyList<string> Repairs => _repairs;

    /// <summary>Whether the log has grown so long that a snapshot is due.</summary>
    public bool IsSnapshotDue => LogBytes >= _options.SnapshotAfterLogBytes;

    /// <summary>Appends a write. When this returns it survives the end of the process.</summary>
    /// <exception cref="VectorIndexException">The disk refused it.</exception>
    public void Append(in LogRecord record) => _log.Append(record);

    /// <summary>Waits until the disk has all that was appended before.</summary>
    public void Sync()
    {
        var log = _log;
        log.Sync(log.Length);
    }

    /// <summary>Writes all to a snapshot and begins a new log.</summary>
    public void TakeSnapshot(NodeTable table)
    {
        try
        {
            Interlocked.Exchange(ref _snapshotBytes, Snapshot.Write(_folder.NextSnapshot, table, _folder.Generation + 1));
            _folder.Advance();
            var old = _log;
            _log = LogFile.Create(_folder.Log, _options, _folder.Generation);
            old.Dispose();
            _folder.Clean();
        }
        catch (IOException error)
        {
            throw Faults.WriteFailed(_folder.NextSnapshot, error);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _log.Dispose();
        _folder.Dispose();
    }

    private LogFile OpenLog(IEngine engine)
    {
        if (!File.Exists(_folder.Log)) return LogFile.Create(_folder.Log, _options, _folder.Generation);

        var replay = new Replay(engine);
        long end;
        using (var reader = new LogReader(_folder.Log, _options)) end = reader.ReadAll(replay.Add);
        replay.Finish();
        var length = new FileInfo(_folder.Log).Length;
        if (end < length) _repairs.Add($"{length - end} bytes at byte {end} of '{_folder.Log}' were a write cut short, and were dropped.");
        return end == 0
            ? LogFile.Create(_folder.Log, _options, _folder.Generation)
            : LogFile.Continue(_folder.Log, end);
    }
}

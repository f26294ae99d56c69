using System.Globalization;

namespace Millrace.VectorIndex.Storage;

/// <summary>
/// The files of one index: <c>snapshot-N</c>, the writes since then in <c>log-N</c>, and a lock. A new snapshot gets the next number and an
/// empty log, and then the old pair goes; whatever a crash leaves, the highest snapshot and the log of its number are the index.
/// </summary>
internal sealed class IndexFolder : IDisposable
{
    /// <summary>What a file's name ends with until it is complete.</summary>
    public const string AsideEnding = ".part";

    private const string SnapshotStart = "snapshot-";
    private const string LogStart = "log-";

    private readonly string _folder;
    private readonly FileStream _lock;

    /// <summary>Makes the folder if it is missing, and takes its lock.</summary>
    /// <exception cref="VectorIndexException">Another has it.</exception>
    public IndexFolder(string folder)
    {
        _folder = Directory.CreateDirectory(folder).FullName;
        try
        {
            _lock = new FileStream(Path.Combine(_folder, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException error)
        {
            throw Faults.InUse(folder, error);
        }

        Generation = Generations(SnapshotStart).DefaultIfEmpty(0).Max();
    }

    /// <summary>Number of the newest snapshot; 0 before the first.</summary>
    public long Generation { get; private set; }

    /// <summary>The newest snapshot's path; null before the first.</summary>
    public string? Snapshot => Generation == 0 ? null : SnapshotOf(Generation);

    /// <summary>The log's path.</summary>
    public string Log => LogOf(Generation);

    /// <summary>Where the next snapshot goes.</summary>
    public string NextSnapshot => SnapshotOf(Generation + 1);

    /// <summary>Refuses a folder with a log whose snapshot is gone.</summary>
    public void CheckComplete()
    {
        foreach (var generation in Generations(LogStart))
            if (generation > Generation) throw Faults.Missing(LogOf(generation), SnapshotOf(generation));
    }

    /// <summary>Goes on to the snapshot that was just written.</summary>
    public void Advance() => Generation++;

    /// <summary>Deletes what the newest snapshot and its log have made useless, and what was never completed.</summary>
    public void Clean()
    {
        foreach (var path in Directory.EnumerateFiles(_folder, "*" + AsideEnding)) File.Delete(path);
        foreach (var generation in Generations(LogStart).Where(number => number < Generation)) File.Delete(LogOf(generation));
        foreach (var generation in Generations(SnapshotStart).Where(number => number < Generation)) File.Delete(SnapshotOf(generation));
    }

    /// <inheritdoc/>
    public void Dispose() => _lock.Dispose();

    private List<long> Generations(string start) =>
    [
        .. Directory.EnumerateFiles(_folder, start + "*")
            .Select(path => Path.GetFileName(path)[start.Length..])
            .Where(number => number.Length > 0 && number.All(char.IsAsciiDigit))
            .Select(number => long.Parse(number, CultureInfo.InvariantCulture)),
    ];

    private string SnapshotOf(long generation) => Named(SnapshotStart, generation);

    private string LogOf(long generation) => Named(LogStart, generation);

    private string Named(string start, long generation) =>
        Path.Combine(_folder, start + generation.ToString("D8", CultureInfo.InvariantCulture));
}

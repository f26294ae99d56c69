using Microsoft.Extensions.Options;
using Millrace.ServiceDefaults.Errors;
using Millrace.ServiceDefaults.Hosting;

namespace Millrace.Inference.SavedPrefixes;

/// <summary>
/// Prompt states on disk, one file each, which members that share the data folder share. A file is written beside its place and moved
/// there,
/// so that it is whole or not there at all.
/// </summary>
internal sealed class PrefixStore
{
    private const string Extension = ".prefix";
    private const string Unfinished = ".tmp";

    private readonly SavedPrefixOptions _options;
    private readonly TimeProvider _time;
    private readonly Lock _writing = new();

    /// <summary>Opens the store.</summary>
    public PrefixStore(IConfiguration configuration, IOptions<SavedPrefixOptions> options, TimeProvider time)
    {
        _time = time;
        _options = options.Value;
        Folder = Directory.CreateDirectory(Path.Combine(DataFolders.For(configuration, "inference"), "prefixes")).FullName;
    }

    /// <summary>Where the files are.</summary>
    public string Folder { get; }

    /// <summary>Bytes of one file at most.</summary>
    public long FileBytesMax => _options.FileBytesMax;

    /// <summary>Keeps a state; one of the same identity is replaced.</summary>
    /// <returns>Size of the file in bytes.</returns>
    /// <exception cref="MillraceException"><see cref="Reason.InvalidArgument"/>: it is larger than a file may be.</exception>
    public long Save(PrefixId id, SavedPrefix prefix)
    {
        var size = PrefixFile.SizeOf(prefix);
        if (size > FileBytesMax) throw TooLarge(size);
        lock (_writing)
        {
            MakeRoom(size, PathOf(id));
            var unfinished = Path.Combine(Folder, Guid.NewGuid().ToString("N") + Unfinished);
            using (var file = new FileStream(unfinished, FileMode.CreateNew, FileAccess.Write))
            {
                PrefixFile.Write(file, prefix);
                file.Flush(flushToDisk: true);
            }

            File.Move(unfinished, PathOf(id), overwrite: true);
        }

        return size;
    }

    /// <summary>A saved state; null when there is none, or it is damaged.</summary>
    public async Task<SavedPrefix?> FindAsync(PrefixId id, CancellationToken cancellationToken)
    {
        try
        {
            var path = PathOf(id);
            var prefix = PrefixFile.Read(await File.ReadAllBytesAsync(path, cancellationToken));
            if (prefix is null) File.Delete(path);
            else File.SetLastAccessTimeUtc(path, _time.GetUtcNow().UtcDateTime);
            return prefix;
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Deletes a state, if there is one.</summary>
    public void Delete(PrefixId id) => File.Delete(PathOf(id));

    /// <summary>What is said of a state that is too large.</summary>
    public MillraceException TooLarge(long size) => MillraceException.InvalidArgument(
        "prompt",
        $"The prompt's state takes {size >> 20} MiB on disk, and one may take {FileBytesMax >> 20}. "
        + "Save a shorter prompt, or raise Inference:SavedPrefixes:FileBytesMax.");

    private string PathOf(PrefixId id) => Path.Combine(Folder, id.Name + Extension);

    private void MakeRoom(long size, string replaced)
    {
        var others = new DirectoryInfo(Folder).GetFiles().Where(file => file.FullName != replaced);
        var files = others.OrderBy(file => file.LastAccessTimeUtc).ToList();
        var used = files.Sum(file => file.Length);
        foreach (var file in files)
        {
            // What a process that was killed left unfinished is of no use to anybody.
            if (used + size <= _options.BytesMax && file.Extension != Unfinished) continue;
            used -= file.Length;
            file.Delete();
        }
    }
}

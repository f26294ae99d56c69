using System.Globalization;
using System.Text.Json;

namespace Millrace.ApiKeys;

/// <summary>
/// Keys in one JSON file that only its owner may read. A change is written beside it, flushed to the disk and moved into its place, so that
/// a reader sees the file before or after it; a lock file keeps two writers apart.
/// </summary>
/// <param name="path">The file; its folder is made with the first key.</param>
public sealed class FileKeyStore(string path) : IKeyStore
{
    /// <summary>Most keys that a file holds.</summary>
    public const int KeysMax = 10_000;

    private const long BytesMax = 16 * 1024 * 1024;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Name of the file in the edge's data folder.</summary>
    public static string FileName => "keys.json";

    /// <summary>The file.</summary>
    public string Path => path;

    /// <inheritdoc/>
    public string? Stamp()
    {
        try
        {
            var file = Behind(new FileInfo(path));
            return file.Exists
                ? string.Create(CultureInfo.InvariantCulture, $"{file.LastWriteTimeUtc.Ticks}-{file.CreationTimeUtc.Ticks}-{file.Length}")
                : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It went away, or may not be looked at: loading it says so.
            return null;
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<ApiKey> Load()
    {
        try
        {
            if (!File.Exists(path)) return [];
            return Parse(ReadBounded());
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new KeyStoreException($"The keys in '{path}' cannot be read ({error.Message}). Let this user read the file.", error);
        }
        catch (JsonException error)
        {
            throw new KeyStoreException(
                $"The keys in '{path}' are not valid JSON (line {error.LineNumber + 1}). Repair the file, or restore it.", error);
        }
    }

    /// <inheritdoc/>
    public void Change(Func<IReadOnlyList<ApiKey>, IReadOnlyList<ApiKey>> change)
    {
        try
        {
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path)) ?? ".");
            using var held = new FileStream(path + ".lock", Options(FileMode.OpenOrCreate));
            var keys = change(Load());
            if (keys.Count > KeysMax) throw new KeyStoreException($"'{path}' holds {KeysMax} keys and takes no more. Remove old ones.");
            Write(keys);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new KeyStoreException(
                $"The keys in '{path}' cannot be changed ({error.Message}). If another command changes them now, try again.", error);
        }
    }

    private static FileStreamOptions Options(FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = FileShare.None };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = OwnerOnly;
        return options;
    }

    // Of a link it is the file behind it that changes: what mounts secrets changes only where a folder's link leads to.
    private static FileInfo Behind(FileInfo file) =>
        file.LinkTarget is null ? file : (FileInfo?)file.ResolveLinkTarget(returnFinalTarget: true) ?? file;

    private byte[] ReadBounded()
    {
        if (new FileInfo(path).Length > BytesMax) throw new KeyStoreException($"'{path}' is larger than {BytesMax} bytes. Restore it.");
        return File.ReadAllBytes(path);
    }

    private IReadOnlyList<ApiKey> Parse(byte[] json)
    {
        var document = JsonSerializer.Deserialize(json, KeyDocumentJson.Default.KeyDocument);
        return document?.Version == KeyDocument.Current && document.Keys is not null && document.Keys.All(key => key is not null)
            ? document.Keys
            : throw new KeyStoreException(
                $"'{path}' is not a file of keys of version {KeyDocument.Current}. Restore it, or update Millrace.");
    }

    private void Write(IReadOnlyList<ApiKey> keys)
    {
        var next = path + ".new";
        File.Delete(next);
        using (var file = new FileStream(next, Options(FileMode.CreateNew)))
        {
            JsonSerializer.Serialize(file, new KeyDocument(KeyDocument.Current, keys), KeyDocumentJson.Default.KeyDocument);
            file.Flush(flushToDisk: true);
        }

        File.Move(next, path, overwrite: true);
    }
}

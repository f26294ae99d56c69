using System.IO.Compression;

namespace Millrace.Retrieval.Parsing.Word;

/// <summary>A zip file from anybody. Sizes are counted while inflating and never taken from the file; containers inside are not opened.
/// </summary>
internal sealed class ZipContainer : IDisposable
{
    // Small entries of white space compress better than any limit on the ratio allows, and do no harm.
    private const int RatioFromBytes = 1024 * 1024;

    private readonly ZipArchive _archive;
    private readonly ParsingBudget _budget;
    private readonly Dictionary<string, ZipArchiveEntry> _entries = new(StringComparer.OrdinalIgnoreCase);
    private long _inflated;

    /// <summary>Opens a container.</summary>
    /// <exception cref="ServiceDefaults.Errors.MillraceException">It is none, or has too many entries.</exception>
    public ZipContainer(ReadOnlyMemory<byte> content, ParsingBudget budget)
    {
        _budget = budget;
        _archive = Guard(() => new ZipArchive(new MemoryStream(content.ToArray(), writable: false), ZipArchiveMode.Read));
        try
        {
            foreach (var entry in Guard(() => _archive.Entries)) _entries.TryAdd(entry.FullName.TrimStart('/'), entry);
            if (_archive.Entries.Count > budget.Limits.ArchiveEntriesMax)
                throw ParsingErrors.OverLimit(
                    $"The file contains more than {budget.Limits.ArchiveEntriesMax} entries.", nameof(ParsingOptions.ArchiveEntriesMax));
        }
        catch
        {
            _archive.Dispose();
            throw;
        }
    }

    /// <summary>Whether there is an entry of a name.</summary>
    public bool Has(string name) => _entries.ContainsKey(name);

    /// <summary>Reads an entry, if there is one of the name.</summary>
    /// <param name="name">Its path, with forward slashes.</param>
    /// <param name="read">Reads it; what goes wrong with the container's data is turned into a refusal.</param>
    /// <returns>Whether there is one.</returns>
    public bool Read(string name, Action<Stream> read)
    {
        if (!_entries.TryGetValue(name, out var entry)) return false;
        Guard(() =>
        {
            using var stream = new InflatingStream(entry.Open(), entry.CompressedLength, this);
            read(stream);
            return true;
        });
        return true;
    }

    /// <inheritdoc/>
    public void Dispose() => _archive.Dispose();

    private static T Guard<T>(Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception error) when (error is InvalidDataException or EndOfStreamException or ArgumentException or NotSupportedException
            or IOException or OverflowException)
        {
            throw ParsingErrors.Damaged(
                "The file is damaged or encrypted: its zip container cannot be read. Save it again without a password.", error);
        }
    }

    private void Take(int bytes, long inflatedOfEntry, long compressedOfEntry)
    {
        _budget.Stop.ThrowIfCancellationRequested();
        _inflated += bytes;
        if (_inflated > _budget.Limits.ArchiveBytesMax)
            throw ParsingErrors.OverLimit(
                $"The file's contents are larger than {_budget.Limits.ArchiveBytesMax} bytes.", nameof(ParsingOptions.ArchiveBytesMax));
        if (inflatedOfEntry > RatioFromBytes && inflatedOfEntry / Math.Max(1, compressedOfEntry) >= _budget.Limits.ArchiveRatioMax)
            throw ParsingErrors.OverLimit(
                $"The file's contents are more than {_budget.Limits.ArchiveRatioMax} times larger than the file.",
                nameof(ParsingOptions.ArchiveRatioMax));
    }

    // The compressed length is what the file's directory says; the ratio can be understated by it, the total cannot.
    private sealed class InflatingStream(Stream inner, long compressed, ZipContainer container) : Stream
    {
        private long _count;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => _count;
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            var read = inner.Read(buffer);
            _count += read;
            container.Take(read, _count, compressed);
            return read;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing) inner.Dispose();
            base.Dispose(disposing);
        }
    }
}

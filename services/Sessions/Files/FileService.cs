using Microsoft.Extensions.Options;
using Millrace.ServiceDefaults.Calls;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Sessions.Files;

/// <summary>What can be done with files: checks what comes in, then asks the store.</summary>
public sealed class FileService(IFileStore store, IOptions<StoredFileOptions> options, TimeProvider time)
{
    private const int ListBatch = 500;
    private static readonly string[] Purposes = ["assistants", "batch", "fine-tune", "vision", "user_data", "evals"];

    /// <summary>Purpose of the files that batches are made from.</summary>
    public const string BatchPurpose = "batch";

    private static IReadOnlyList<string>? Bound => CallContext.Current.Labels;

    /// <summary>Begins an upload.</summary>
    public async Task<Upload> BeginAsync(string tenant, CancellationToken cancellationToken)
    {
        var id = $"file-{Guid.CreateVersion7(time.GetUtcNow()):n}";
        return new Upload(tenant, id, await store.BeginAsync(tenant, id, time.GetUtcNow(), cancellationToken));
    }

    /// <summary>Stores the next piece of an upload.</summary>
    /// <exception cref="MillraceException">It is larger than a file may be.</exception>
    public async Task AppendAsync(Upload upload, byte[] content, CancellationToken cancellationToken)
    {
        if (content.Length == 0) return;
        if (upload.Bytes + content.Length > options.Value.FileBytesMax)
            throw new MillraceException(
                Reason.PayloadTooLarge, $"The file has more than {options.Value.FileBytesMax} bytes. Split it.") { Param = "file" };
        await store.AppendAsync(upload.Number, upload.Pieces, content, cancellationToken);
        upload.Bytes += content.Length;
        upload.Pieces++;
    }

    /// <summary>Makes an upload a file.</summary>
    /// <param name="upload">The upload.</param>
    /// <param name="said">What is said of the file.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="MillraceException">What is said is wrong, or there is no room.</exception>
    public async Task<StoredFile> CompleteAsync(Upload upload, FileDescription said, CancellationToken cancellationToken)
    {
        Check(said);
        var now = time.GetUtcNow();
        var file = new StoredFile(
            upload.Id, said.Name, said.Purpose, said.MediaType, upload.Bytes, Holder.Everybody, now, Expiry(said, now));
        var quota = new FileQuota(options.Value.FilesMax, options.Value.TenantBytesMax);
        return await store.CompleteAsync(upload.Tenant, new NumberedFile(upload.Number, file), quota, cancellationToken) switch
        {
            FileOutcome.TooManyFiles => throw MillraceException.InvalidArgument(
                "file", $"There are {quota.FilesMax} files, as many as there may be. Delete some first."),
            FileOutcome.TooManyBytes => throw MillraceException.InvalidArgument(
                "file", $"All files together would have more than {quota.BytesMax} bytes. Delete some first."),
            _ => file,
        };
    }

    /// <summary>Forgets an upload that broke off.</summary>
    public Task AbandonAsync(Upload upload) => store.AbandonAsync(upload.Number, CancellationToken.None);

    /// <summary>The file of an id.</summary>
    /// <exception cref="MillraceException">There is none for this caller.</exception>
    public async Task<NumberedFile> GetAsync(string tenant, string id, CancellationToken cancellationToken)
    {
        var found = await store.FindAsync(tenant, id, cancellationToken);
        var isOver = found?.File.ExpiresAt is { } end && end <= time.GetUtcNow();
        return found is not null && !isOver && found.File.Holder.IsSeenBy(Bound) ? found : throw NotFound(id);
    }

    /// <summary>Files that the caller may see, and whether there are more.</summary>
    public async Task<(IReadOnlyList<StoredFile> Files, bool HasMore)> ListAsync(
        string tenant, FilePage page, CancellationToken cancellationToken)
    {
        List<StoredFile> files = [];
        var now = time.GetUtcNow();
        for (var after = page.After; ;)
        {
            var next = await store.ListAsync(tenant, page with { After = after, Limit = ListBatch }, cancellationToken);
            foreach (var found in next.Where(found => found.File.Holder.IsSeenBy(Bound) && !(found.File.ExpiresAt <= now)))
            {
                if (files.Count == page.Limit) return (files, true);
                files.Add(found.File);
            }

            if (next.Count < ListBatch) return (files, false);
            after = next[^1].Number;
        }
    }

    /// <summary>The pieces of a file, in order.</summary>
    public async IAsyncEnumerable<byte[]> ReadAsync(
        NumberedFile file, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var ordinal = 0; await store.ReadAsync(file.Number, ordinal, cancellationToken) is { } piece; ordinal++) yield return piece;
    }

    /// <summary>Deletes a file.</summary>
    /// <exception cref="MillraceException">There is none for this caller.</exception>
    public async Task DeleteAsync(string tenant, string id, CancellationToken cancellationToken)
    {
        await GetAsync(tenant, id, cancellationToken);
        if (!await store.DeleteAsync(tenant, id, cancellationToken)) throw NotFound(id);
    }

    private static MillraceException NotFound(string id) =>
        new(Reason.FileNotFound, $"There is no file '{id}'. GET /v1/files lists those that there are.") { Param = "file_id" };

    private static void Check(FileDescription said)
    {
        if (said.Name.Length is 0 or > 512)
            throw MillraceException.InvalidArgument("file", "The file's name must have 1 to 512 characters.");
        if (said.MediaType.Length > 256)
            throw MillraceException.InvalidArgument("file", "The file's media type must have at most 256 characters.");
        if (!Purposes.Contains(said.Purpose))
            throw MillraceException.InvalidArgument("purpose", $"'purpose' must be one of {string.Join(", ", Purposes)}.");
        if (said.ExpiresAfterSeconds is not (0 or (>= 3600 and <= 2_592_000)))
            throw MillraceException.InvalidArgument("expires_after", "'expires_after.seconds' must be from 3600 to 2592000.");
    }

    private DateTimeOffset? Expiry(FileDescription said, DateTimeOffset now)
    {
        if (said.ExpiresAfterSeconds > 0) return now.AddSeconds(said.ExpiresAfterSeconds);
        return said.Purpose == BatchPurpose && options.Value.BatchDays > 0 ? now.AddDays(options.Value.BatchDays) : null;
    }
}

/// <summary>An upload that goes on. One caller owns it.</summary>
/// <param name="tenant">Whose it is.</param>
/// <param name="id">Id that the file will have.</param>
/// <param name="number">Its number in the store.</param>
public sealed class Upload(string tenant, string id, long number)
{
    /// <summary>Whose it is.</summary>
    public string Tenant => tenant;

    /// <summary>Id that the file will have.</summary>
    public string Id => id;

    /// <summary>Its number in the store.</summary>
    public long Number => number;

    /// <summary>Bytes so far.</summary>
    public long Bytes { get; set; }

    /// <summary>Pieces so far.</summary>
    public int Pieces { get; set; }
}

/// <summary>What is said of a file.</summary>
/// <param name="Name">Name.</param>
/// <param name="Purpose">What it is for.</param>
/// <param name="MediaType">Media type; may be empty.</param>
/// <param name="ExpiresAfterSeconds">Seconds until it is deleted; 0 for the purpose's default.</param>
public sealed record FileDescription(string Name, string Purpose, string MediaType, long ExpiresAfterSeconds);

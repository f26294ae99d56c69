namespace Millrace.Sessions.Files;

/// <summary>Keeps files in pieces. A file is there for readers from the moment it is whole.</summary>
public interface IFileStore
{
    /// <summary>Begins an upload.</summary>
    /// <returns>Its number.</returns>
    Task<long> BeginAsync(string tenant, string id, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Stores a piece; the same ordinal again changes nothing.</summary>
    Task AppendAsync(long number, int ordinal, byte[] content, CancellationToken cancellationToken);

    /// <summary>Makes an upload a file.</summary>
    Task<FileOutcome> CompleteAsync(string tenant, NumberedFile file, FileQuota quota, CancellationToken cancellationToken);

    /// <summary>Forgets an upload.</summary>
    Task AbandonAsync(long number, CancellationToken cancellationToken);

    /// <summary>The file of an id, if it is whole.</summary>
    Task<NumberedFile?> FindAsync(string tenant, string id, CancellationToken cancellationToken);

    /// <summary>Files by number.</summary>
    Task<IReadOnlyList<NumberedFile>> ListAsync(string tenant, FilePage page, CancellationToken cancellationToken);

    /// <summary>A piece of a file; null behind the last.</summary>
    Task<byte[]?> ReadAsync(long number, int ordinal, CancellationToken cancellationToken);

    /// <summary>Deletes a file.</summary>
    Task<bool> DeleteAsync(string tenant, string id, CancellationToken cancellationToken);

    /// <summary>Deletes files whose time is over and uploads that began before a time and never ended.</summary>
    /// <returns>How many were deleted.</returns>
    Task<int> SweepAsync(DateTimeOffset now, DateTimeOffset begunBefore, int limit, CancellationToken cancellationToken);
}

namespace Millrace.Sessions.Files;

/// <summary>A file.</summary>
/// <param name="Id">Id.</param>
/// <param name="Name">Name that it had at the application.</param>
/// <param name="Purpose">What it is for.</param>
/// <param name="MediaType">Media type; may be empty.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Holder">Who may see it.</param>
/// <param name="CreatedAt">When it was stored.</param>
/// <param name="ExpiresAt">When it is deleted; null for never.</param>
public sealed record StoredFile(
    string Id,
    string Name,
    string Purpose,
    string MediaType,
    long Bytes,
    Holder Holder,
    DateTimeOffset CreatedAt,
    DateTimeOffset? ExpiresAt);

/// <summary>A file with its number, which rises with time.</summary>
public sealed record NumberedFile(long Number, StoredFile File);

/// <summary>A page of files.</summary>
/// <param name="Purpose">Only files for this; empty for all.</param>
/// <param name="After">Only files behind this number in the order; null to begin.</param>
/// <param name="Ascending">Whether the oldest come first.</param>
/// <param name="Limit">Most files.</param>
public sealed record FilePage(string Purpose, long? After, bool Ascending, int Limit);

/// <summary>What a tenant may keep.</summary>
/// <param name="FilesMax">Most files.</param>
/// <param name="BytesMax">Most bytes of all of them together.</param>
public sealed record FileQuota(long FilesMax, long BytesMax);

/// <summary>What became of an upload.</summary>
public enum FileOutcome
{
    /// <summary>It is a file now.</summary>
    Stored,

    /// <summary>The tenant has as many files as it may have.</summary>
    TooManyFiles,

    /// <summary>The tenant's files would have more bytes than they may have.</summary>
    TooManyBytes,
}

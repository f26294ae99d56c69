using System.ComponentModel.DataAnnotations;
using Millrace.ServiceDefaults.Configuration;

namespace Millrace.Sessions.Files;

/// <summary>Limits of files and batches; section <c>Sessions:Files</c>.</summary>
public sealed class StoredFileOptions : ISelfValidating
{
    /// <summary>Most bytes of one upload.</summary>
    /// <value>Default 64 MiB.</value>
    [Range(1, 1L << 31, ErrorMessage = "FileBytesMax must be from 1 byte to 2 GiB.")]
    public long FileBytesMax { get; set; } = 64 * 1024 * 1024;

    /// <summary>Most bytes of one tenant's files together. Results of batches count, and are kept even above it.</summary>
    /// <value>Default 4 GiB.</value>
    [Range(1, long.MaxValue, ErrorMessage = "TenantBytesMax must be at least 1.")]
    public long TenantBytesMax { get; set; } = 4L * 1024 * 1024 * 1024;

    /// <summary>Most files of one tenant.</summary>
    /// <value>Default 10,000.</value>
    [Range(1, 10_000_000, ErrorMessage = "FilesMax must be from 1 to 10,000,000.")]
    public int FilesMax { get; set; } = 10_000;

    /// <summary>Days until input and output of batches, and batches that have ended, are deleted; 0 keeps them.</summary>
    /// <value>Default 30.</value>
    [Range(0, 36_500, ErrorMessage = "BatchDays must be from 0, which keeps everything, to 36,500.")]
    public int BatchDays { get; set; } = 30;

    /// <summary>Most batches of one tenant that have not ended.</summary>
    /// <value>Default 100.</value>
    [Range(1, 100_000, ErrorMessage = "BatchesMax must be from 1 to 100,000.")]
    public int BatchesMax { get; set; } = 100;

    /// <summary>Time after which an upload that did not end is forgotten.</summary>
    /// <value>Default 1 hour.</value>
    public TimeSpan UploadTimeout { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Time between two searches for what is due.</summary>
    /// <value>Default 10 minutes.</value>
    public TimeSpan SweepInterval { get; set; } = TimeSpan.FromMinutes(10);

    /// <inheritdoc/>
    public IEnumerable<string> Validate()
    {
        if (UploadTimeout < TimeSpan.FromMinutes(1) || UploadTimeout > TimeSpan.FromDays(7))
            yield return "UploadTimeout must be from 00:01:00 to 7.00:00:00.";
        if (SweepInterval < TimeSpan.FromSeconds(1) || SweepInterval > TimeSpan.FromDays(7))
            yield return "SweepInterval must be from 00:00:01 to 7.00:00:00.";
    }
}

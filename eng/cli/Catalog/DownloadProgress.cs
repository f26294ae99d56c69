using System.Globalization;

namespace Millrace.Cli.Catalog;

/// <summary>How far a download is.</summary>
/// <param name="Bytes">Bytes on disk.</param>
/// <param name="Total">Bytes of the whole file; null when it is not known.</param>
public readonly record struct DownloadProgress(long Bytes, long? Total);

/// <summary>Prints progress as one line a second at most, and one at the end.</summary>
internal sealed class ProgressLine(TextWriter output, TimeProvider time) : IProgress<DownloadProgress>
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private long _printedAt;

    public void Report(DownloadProgress value)
    {
        var done = value.Bytes == value.Total;
        if (!done && _printedAt != 0 && time.GetElapsedTime(_printedAt) < Interval) return;
        _printedAt = time.GetTimestamp();
        output.WriteLine(Describe(value));
    }

    private static string Describe(DownloadProgress value)
    {
        var mebibytes = value.Bytes / (1024.0 * 1024);
        return value.Total is { } total and > 0
            ? string.Create(CultureInfo.InvariantCulture,
                $"  {mebibytes:F0} of {total / (1024.0 * 1024):F0} MiB ({100.0 * value.Bytes / total:F0}%)")
            : string.Create(CultureInfo.InvariantCulture, $"  {mebibytes:F0} MiB");
    }
}

using System.Collections;
using System.Collections.Concurrent;
using Millrace.Cli.Catalog;

namespace Millrace.Cli.Tests.Catalog;

/// <summary>Keeps what a download reports.</summary>
public sealed class Reports : IProgress<DownloadProgress>, IEnumerable<DownloadProgress>
{
    private readonly ConcurrentQueue<DownloadProgress> _reports = new();
    private readonly ConcurrentDictionary<long, TaskCompletionSource> _marks = new();

    /// <summary>Completes when so many bytes have come.</summary>
    public Task Reached(long bytes)
    {
        var mark = _marks.GetOrAdd(bytes, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        if (_reports.Any(report => report.Bytes >= bytes)) mark.TrySetResult();
        return mark.Task;
    }

    /// <inheritdoc/>
    public void Report(DownloadProgress value)
    {
        _reports.Enqueue(value);
        foreach (var (bytes, mark) in _marks)
            if (value.Bytes >= bytes) mark.TrySetResult();
    }

    /// <inheritdoc/>
    public IEnumerator<DownloadProgress> GetEnumerator() => _reports.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

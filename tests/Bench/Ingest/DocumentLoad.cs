using System.Diagnostics;
using Google.Protobuf;
using Millrace.Bench.Harness;
using Millrace.Bench.Load;
using Millrace.Contracts.Retrieval.V1;

namespace Millrace.Bench.Ingest;

/// <summary>What was uploaded and worked on.</summary>
/// <param name="Documents">Documents.</param>
/// <param name="Bytes">Their bytes.</param>
/// <param name="Chunks">Chunks that they were cut into.</param>
/// <param name="Elapsed">From the first upload until the last document can be found.</param>
internal sealed record LoadedDocuments(int Documents, long Bytes, long Chunks, TimeSpan Elapsed)
{
    public double DocumentsPerSecond => Documents / Elapsed.TotalSeconds;

    public double MegabytesPerSecond => Bytes / 1e6 / Elapsed.TotalSeconds;

    public double ChunksPerSecond => Chunks / Elapsed.TotalSeconds;
}

/// <summary>Uploads documents, eight at a time, and waits until all of them can be found.</summary>
internal sealed class DocumentLoad(RetrievalService.RetrievalServiceClient client, string collection, int sections)
{
    private const int Uploaders = 8;
    private const int WaitingMax = 2000;
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);
    private int _next;

    /// <summary>Creates the collection.</summary>
    public async Task CreateAsync(CancellationToken cancellationToken) => await client.CreateCollectionAsync(
        new CreateCollectionRequest { Name = collection }, cancellationToken: cancellationToken);

    /// <summary>Uploads so many documents that were not uploaded before.</summary>
    /// <exception cref="BenchException">One of them failed.</exception>
    public async Task<LoadedDocuments> RunAsync(int count, CancellationToken cancellationToken)
    {
        var job = (await client.CreateJobAsync(new CreateJobRequest { Collection = collection }, cancellationToken: cancellationToken)).Job;
        var (bytes, end) = (0L, _next + count);
        var start = Stopwatch.GetTimestamp();
        while (_next < end)
        {
            var some = Math.Min(WaitingMax, end - _next);
            var lanes = Enumerable.Range(0, Uploaders);
            var sizes = await Task.WhenAll(lanes.Select(lane => UploadAsync(job.Id, lane, some, cancellationToken)));
            (bytes, _next) = (bytes + sizes.Sum(), _next + some);
            job = await UntilAllAreFoundAsync(job.Id, cancellationToken);
        }

        return new LoadedDocuments(count, bytes, (long)job.ChunkCount, Stopwatch.GetElapsedTime(start));
    }

    private async Task<long> UploadAsync(string job, int lane, int count, CancellationToken cancellationToken)
    {
        var bytes = 0L;
        for (var i = lane; i < count; i += Uploaders)
        {
            var content = Documents.Of(_next + i, sections);
            bytes += content.Length;
            using var call = client.UploadDocument(cancellationToken: cancellationToken);
            var header = new UploadHeader { Collection = collection, DocumentId = $"{_next + i}.md", JobId = job };
            await call.RequestStream.WriteAsync(new UploadDocumentRequest { Header = header }, cancellationToken);
            await call.RequestStream.WriteAsync(new UploadDocumentRequest { Content = ByteString.CopyFrom(content) }, cancellationToken);
            await call.RequestStream.CompleteAsync();
            await call.ResponseAsync;
        }

        return bytes;
    }

    private async Task<Job> UntilAllAreFoundAsync(string job, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(PollInterval);
        while (true)
        {
            var now = (await client.GetJobAsync(new GetJobRequest { JobId = job }, cancellationToken: cancellationToken)).Job;
            if (now.FailedCount > 0) throw new BenchException($"{now.FailedCount} documents failed: {now.Errors[0].Message}");
            if (now.State == JobState.Completed) return now;
            await timer.WaitForNextTickAsync(cancellationToken);
        }
    }
}

using Microsoft.Extensions.Options;
using Millrace.Retrieval.Store;
using Millrace.ServiceDefaults.Calls;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Retrieval.Seeding;

/// <summary>
/// Brings a collection in line with a folder, once at each start: new and changed files are ingested, unchanged ones left alone, and
/// documents of earlier seedings whose files are gone are deleted. A file that is refused does not keep the others out. What an application
/// uploaded into the collection itself is never touched.
/// </summary>
internal sealed class SeedingWorker(
    SeedTarget target, SeedingState state, IOptions<SeedingOptions> options, TimeProvider time, ILogger<SeedingWorker> logger)
    : BackgroundService
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(200);
    private readonly SeedingOptions _options = options.Value;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (_options.Folder.Length == 0)
        {
            state.Succeeded("Nothing is to be seeded.");
            return;
        }

        try
        {
            await SeedAsync(stoppingToken);
        }
        catch (Exception error) when (!stoppingToken.IsCancellationRequested)
        {
            state.Failed($"The folder '{_options.Folder}' could not be seeded: {error.Message}");
            SeedingLog.Failed(logger, _options.Folder, error);
        }
    }

    private async Task SeedAsync(CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        using var limit = new CancellationTokenSource(_options.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        var collection = new CollectionKey(CallContext.DefaultTenant, _options.Collection);
        var files = SeedFolder.Files(_options.Folder);
        await using var late = limit.Token.Register(() => TimedOut(files.Count));
        await target.PrepareAsync(collection, files, cancellationToken);
        List<SeedFile> stored = [];
        foreach (var file in files)
            if (await TryPutAsync(collection, file, cancellationToken)) stored.Add(file);
        try
        {
            var failed = await target.WaitAsync(collection, stored, either.Token);
            foreach (var document in failed) SeedingLog.DocumentFailed(logger, document.Key.DocumentId, document.Error);
            Conclude(files.Count - stored.Count + failed.Count, files.Count, time.GetElapsedTime(started));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // It was told when the time was over.
        }
    }

    // More files than the queue holds wait for room in it.
    private async Task<bool> TryPutAsync(CollectionKey collection, SeedFile file, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await target.PutAsync(collection, file, cancellationToken);
                return true;
            }
            catch (MillraceException error) when (error.Reason.Info().Retryable)
            {
                await Task.Delay(RetryDelay, time, cancellationToken);
            }
            catch (Exception error) when (error is MillraceException or IOException or UnauthorizedAccessException)
            {
                SeedingLog.DocumentFailed(logger, file.DocumentId, error.Message);
                return false;
            }
        }
    }

    private void TimedOut(int count)
    {
        state.Failed($"Not all of {count} documents could be found within {_options.Timeout}; the service goes on trying.");
        SeedingLog.TimedOut(logger, count, _options.Timeout);
    }

    private void Conclude(int failedCount, int count, TimeSpan duration)
    {
        SeedingLog.Seeded(logger, count - failedCount, (long)duration.TotalMilliseconds);
        if (failedCount == 0) state.Succeeded($"{count} documents are seeded.");
        else state.Failed($"{failedCount} of {count} documents could not be ingested; the log says why.");
    }
}

using Microsoft.Extensions.Options;
using Millrace.Retrieval.Store;
using Millrace.ServiceDefaults.Calls;

namespace Millrace.Retrieval.Seeding;

/// <summary>
/// Brings a collection in line with a folder, once at each start: new and changed files are ingested, unchanged ones left alone, and
/// documents of
/// earlier seedings whose files are gone are deleted. What an application uploaded into the collection itself is never touched.
/// </summary>
internal sealed class SeedingWorker(
    SeedTarget target, SeedingState state, IOptions<SeedingOptions> options, TimeProvider time, ILogger<SeedingWorker> logger)
    : BackgroundService
{
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
        await target.PrepareAsync(collection, files, cancellationToken);
        foreach (var file in files) await target.PutAsync(collection, file, cancellationToken);
        try
        {
            Conclude(await target.WaitAsync(collection, files, either.Token), files.Count, time.GetElapsedTime(started));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            state.Failed($"Not all of {files.Count} documents could be found within {_options.Timeout}; the service goes on trying.");
            SeedingLog.TimedOut(logger, files.Count, _options.Timeout);
        }
    }

    private void Conclude(IReadOnlyList<StoredDocument> failed, int count, TimeSpan duration)
    {
        foreach (var document in failed) SeedingLog.DocumentFailed(logger, document.Key.DocumentId, document.Error);
        SeedingLog.Seeded(logger, count - failed.Count, (long)duration.TotalMilliseconds);
        if (failed.Count == 0) state.Succeeded($"{count} documents are seeded.");
        else state.Failed($"{failed.Count} of {count} documents could not be ingested; the log says why.");
    }
}

using Millrace.Contracts.Retrieval.V1;
using Millrace.Retrieval.Tests.Fixtures;
using Millrace.ServiceDefaults.Calls;
using Millrace.ServiceDefaults.Errors;
using Millrace.TestShared;

namespace Millrace.Retrieval.Tests.Grpc;

public sealed class JobTests
{
    [Fact]
    public async Task Job_WithGoodAndBadDocuments_CountsThemAndGoesOn()
    {
        await using var retrieval = await RunningRetrieval.StartAsync(settings: [("Retrieval:Ingestion:ChunksPerDocumentMax", "1")]);
        await retrieval.CreateAsync("c", chunkTokensMax: 16);
        var job = (await retrieval.Client.CreateJobAsync(new CreateJobRequest { Collection = "c" })).Job;
        Assert.Equal((JobState.Running, 0u), (job.State, job.TotalCount));

        for (var i = 0; i < 3; i++) await UploadAsync(retrieval, job.Id, $"{i}.txt", $"Apple {i}.");
        await UploadAsync(retrieval, job.Id, "bad.txt", string.Join(' ', Enumerable.Range(0, 100)));
        var done = (await retrieval.Client.GetJobAsync(new GetJobRequest { JobId = job.Id })).Job;

        Assert.Equal((JobState.CompletedWithErrors, 4u, 3u, 1u, 3ul), (
            done.State, done.TotalCount, done.ReadyCount, done.FailedCount, done.ChunkCount));
        var error = Assert.Single(done.Errors);
        Assert.Equal("bad.txt", error.DocumentId);
        Assert.Contains("chunk_tokens_max", error.Message, StringComparison.Ordinal);
        await UploadAsync(retrieval, job.Id, "bad.txt", "Small now.");
        Assert.Equal(JobState.Completed, (await retrieval.Client.GetJobAsync(new GetJobRequest { JobId = job.Id })).Job.State);
    }

    [Fact]
    public async Task Cancel_WhileDocumentsWait_FailsThemAndRetryQueuesThemAgain()
    {
        await using var retrieval = await RunningRetrieval.StartAsync(isEmbeddingDown: true);
        await retrieval.CreateAsync("c");
        var job = (await retrieval.Client.CreateJobAsync(new CreateJobRequest { Collection = "c" })).Job;
        for (var i = 0; i < 3; i++) await UploadAsync(retrieval, job.Id, $"{i}.txt", $"Apple {i}.", wait: false);
        for (var i = 0; i < 3; i++) await retrieval.PostponedAsync("c", $"{i}.txt");

        Job cancelled;
        do cancelled = (await retrieval.Client.CancelJobAsync(new CancelJobRequest { JobId = job.Id })).Job;
        while (cancelled.ProcessingCount > 0);
        Assert.Equal((JobState.Cancelled, 3u, 0u), (cancelled.State, cancelled.FailedCount, cancelled.QueuedCount));
        Assert.Equal(Reason.InvalidArgument, await RefusalOf(() => UploadAsync(retrieval, job.Id, "4.txt", "x")));

        retrieval.Embedding.IsDown = false;
        await retrieval.Client.RetryJobAsync(new RetryJobRequest { JobId = job.Id });
        await retrieval.AllReadyAsync("c");
        Assert.Equal(JobState.Completed, (await retrieval.Client.GetJobAsync(new GetJobRequest { JobId = job.Id })).Job.State);
    }

    [Fact]
    public async Task List_ByPages_ReturnsTheNewestFirst()
    {
        await using var retrieval = await RunningRetrieval.StartAsync();
        await retrieval.CreateAsync("c");
        List<string> ids = [];
        for (var i = 0; i < 5; i++) ids.Add((await retrieval.Client.CreateJobAsync(new CreateJobRequest { Collection = "c" })).Job.Id);

        List<string> listed = [];
        var token = "";
        do
        {
            var page = await retrieval.Client.ListJobsAsync(new ListJobsRequest { Collection = "c", PageSize = 2, PageToken = token });
            listed.AddRange(page.Jobs.Select(job => job.Id));
            token = page.NextPageToken;
        }
        while (token.Length > 0);

        ids.Reverse();
        Assert.Equal(ids, listed);
        var bad = new ListJobsRequest { Collection = "c", PageToken = "x" };
        Assert.Equal(Reason.InvalidArgument, await RefusalOf(() => retrieval.Client.ListJobsAsync(bad).ResponseAsync));
    }

    [Fact]
    public async Task Create_MoreThanAllowed_RemovesTheOldestThatIsDone()
    {
        await using var retrieval = await RunningRetrieval.StartAsync(settings: [("Retrieval:Ingestion:JobsPerCollectionMax", "2")]);
        await retrieval.CreateAsync("c");
        var first = (await retrieval.Client.CreateJobAsync(new CreateJobRequest { Collection = "c" })).Job;
        await UploadAsync(retrieval, first.Id, "a.txt", "An apple.");
        await retrieval.Client.CreateJobAsync(new CreateJobRequest { Collection = "c" });
        await retrieval.Client.CreateJobAsync(new CreateJobRequest { Collection = "c" });

        Assert.Equal(2, (await retrieval.Client.ListJobsAsync(new ListJobsRequest { Collection = "c" })).Jobs.Count);
        Assert.Equal(Reason.JobNotFound, await RefusalOf(() =>
            retrieval.Client.GetJobAsync(new GetJobRequest { JobId = first.Id }).ResponseAsync));
        Assert.Single(await retrieval.SearchAsync("c", "apple"));
    }

    [Fact]
    public async Task EveryCall_OtherTenantOrCollection_FindsNoJob()
    {
        await using var retrieval = await RunningRetrieval.StartAsync();
        await retrieval.CreateAsync("c");
        await retrieval.CreateAsync("d");
        var job = (await retrieval.Client.CreateJobAsync(new CreateJobRequest { Collection = "c" })).Job;
        var header = new UploadHeader { Collection = "d", DocumentId = "a.txt", JobId = job.Id };
        Assert.Equal(Reason.JobNotFound, await RefusalOf(() => retrieval.UploadAsync(header, [0x61])));

        CallContext.Current = new CallContext("other", "req");
        Assert.Equal(Reason.JobNotFound, await RefusalOf(() =>
            retrieval.Client.GetJobAsync(new GetJobRequest { JobId = job.Id }).ResponseAsync));
        Assert.Equal(Reason.JobNotFound, await RefusalOf(() =>
            retrieval.Client.CancelJobAsync(new CancelJobRequest { JobId = job.Id }).ResponseAsync));
        Assert.Equal(Reason.JobNotFound, await RefusalOf(() =>
            retrieval.Client.RetryJobAsync(new RetryJobRequest { JobId = job.Id }).ResponseAsync));
    }

    private static Task<UploadDocumentResponse> UploadAsync(
        RunningRetrieval retrieval, string job, string id, string content, bool wait = true) => retrieval.UploadAsync(
        new UploadHeader { Collection = "c", DocumentId = id, JobId = job, Wait = wait }, System.Text.Encoding.UTF8.GetBytes(content));

    private static async Task<Reason> RefusalOf(Func<Task> call) =>
        (await Assert.ThrowsAsync<MillraceException>(() => call().DefaultTimeout())).Reason;
}

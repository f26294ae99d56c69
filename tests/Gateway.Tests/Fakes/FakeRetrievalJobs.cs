using System.Collections.Concurrent;
using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Millrace.Contracts.Retrieval.V1;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Tests.Fakes;

/// <summary>Jobs, changes, spans and searches; each request is kept as it came.</summary>
internal sealed partial class FakeRetrieval
{
    /// <summary>The whole text of every document.</summary>
    public const string Text = "Intro. Items can be returned within 30 days.";

    public ConcurrentQueue<SearchRequest> Searches { get; } = new();

    public ConcurrentQueue<UpdateDocumentRequest> Updates { get; } = new();

    public ConcurrentQueue<ReindexCollectionRequest> Reindexings { get; } = new();

    public ConcurrentQueue<ReadSpanRequest> Spans { get; } = new();

    public ConcurrentQueue<ListDocumentsRequest> Lists { get; } = new();

    public ConcurrentQueue<string> Jobs { get; } = new();

    /// <summary>The collection of each job.</summary>
    public ConcurrentDictionary<string, string> JobCollections { get; } = new();

    public override Task<ReindexCollectionResponse> ReindexCollection(ReindexCollectionRequest request, ServerCallContext context)
    {
        RequireCollection(request.Name);
        Reindexings.Enqueue(request);
        var work = new Reindexing { EmbeddingModel = request.EmbeddingModel, DocumentsDone = 1, DocumentsTotal = 3 };
        return Task.FromResult(new ReindexCollectionResponse { Collection = new Collection { Name = request.Name, Reindexing = work } });
    }

    public override Task<CreateJobResponse> CreateJob(CreateJobRequest request, ServerCallContext context)
    {
        RequireCollection(request.Collection);
        var id = string.Create(CultureInfo.InvariantCulture, $"job-{Jobs.Count + 1}");
        Jobs.Enqueue(id);
        JobCollections[id] = request.Collection;
        return Task.FromResult(new CreateJobResponse { Job = Job(id) });
    }

    public override Task<GetJobResponse> GetJob(GetJobRequest request, ServerCallContext context) =>
        Task.FromResult(new GetJobResponse { Job = Job(request.JobId) });

    public override Task<ListJobsResponse> ListJobs(ListJobsRequest request, ServerCallContext context)
    {
        RequireCollection(request.Collection);
        return Task.FromResult(new ListJobsResponse { Jobs = { Jobs.Reverse().Select(Job) }, NextPageToken = "more" });
    }

    public override Task<RetryJobResponse> RetryJob(RetryJobRequest request, ServerCallContext context) =>
        Task.FromResult(new RetryJobResponse { Job = Job(request.JobId) });

    public override Task<CancelJobResponse> CancelJob(CancelJobRequest request, ServerCallContext context)
    {
        var job = Job(request.JobId);
        job.State = JobState.Cancelled;
        return Task.FromResult(new CancelJobResponse { Job = job });
    }

    public override Task<UpdateDocumentResponse> UpdateDocument(UpdateDocumentRequest request, ServerCallContext context)
    {
        RequireDocument(request.DocumentId);
        Updates.Enqueue(request);
        return Task.FromResult(new UpdateDocumentResponse { Document = Describe(request.DocumentId) });
    }

    public override Task<ReadSpanResponse> ReadSpan(ReadSpanRequest request, ServerCallContext context)
    {
        Spans.Enqueue(request);
        var rest = Text.Length - (int)request.Start;
        return Task.FromResult(new ReadSpanResponse
        {
            Text = Text.Substring((int)request.Start, request.Length == 0 ? rest : (int)request.Length),
            DocumentVersion = Math.Max(1, request.DocumentVersion),
            CurrentVersion = 5,
            TextLength = (uint)Text.Length,
            Title = request.DocumentId,
        });
    }

    public override Task<SearchResponse> Search(SearchRequest request, ServerCallContext context)
    {
        foreach (var collection in request.Collections) RequireCollection(collection);
        Searches.Enqueue(request);
        var response = new SearchResponse { Degraded = { Degraded } };
        response.Results.Add(Found.Select((found, index) => new SearchResult
        {
            Score = 1f / (index + 1),
            Passage = new Passage { DocumentId = found.Id, Text = found.Text, MetadataJson = """{"year":2024}""" },
            Stages = { new StageScore { Stage = "bm25", Rank = (uint)index + 1, Score = 2 } },
        }));
        if (request.Explain)
            response.Explanation = new SearchExplanation
            {
                Degraded = { "rerank" }, Stages = { new StageReport { Stage = "dense", Plan = "graph" } },
            };
        return Task.FromResult(response);
    }

    private Job Job(string id)
    {
        if (!Jobs.Contains(id)) throw new MillraceException(Reason.JobNotFound, $"The job '{id}' does not exist.");
        var count = (uint)Uploads.Values.Count(upload => upload.Header.JobId == id);
        return new Job
        {
            Id = id,
            Collection = JobCollections.GetValueOrDefault(id, Collection),
            State = JobState.Running,
            TotalCount = count,
            QueuedCount = count,
            Errors = { new DocumentError { DocumentId = "old.md", Message = "It has no text." } },
            CreatedAt = Timestamp.FromDateTimeOffset(DateTimeOffset.UnixEpoch),
        };
    }
}

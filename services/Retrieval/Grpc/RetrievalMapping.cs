using Google.Protobuf.WellKnownTypes;
using Millrace.Contracts.Retrieval.V1;
using Millrace.Retrieval.Ingestion;
using Millrace.Retrieval.Store;
using Millrace.ServiceDefaults.Errors;
using Chunked = Millrace.Retrieval.Chunking.ChunkingSettings;
using State = Millrace.Retrieval.Store.DocumentState;
using Strategy = Millrace.Retrieval.Chunking.ChunkingStrategy;

namespace Millrace.Retrieval.Grpc;

/// <summary>Between the messages of the contract and the core's own types.</summary>
internal static class RetrievalMapping
{
    public static Collection ToProto(this StoredCollection collection) => new()
    {
        Name = collection.Key.Name,
        EmbeddingModel = collection.EmbeddingModel,
        Chunking = collection.Chunking.ToProto(),
        DocumentCount = (uint)collection.DocumentCount,
        ChunkCount = (uint)collection.ChunkCount,
        CreatedAt = collection.CreatedAt.ToTimestamp(),
        Description = collection.Description,
        Dimension = (uint)collection.Dimension,
        Reindexing = collection.Reindexing?.ToProto(),
        Title = collection.Sayings.Title,
        MetadataJson = collection.Sayings.MetadataJson,
    };

    public static Contracts.Retrieval.V1.CollectionCounts ToProto(this Store.CollectionCounts counts) => new()
    {
        Queued = (uint)counts.Documents.GetValueOrDefault(State.Queued),
        Processing = (uint)counts.Documents.GetValueOrDefault(State.Processing),
        Ready = (uint)counts.Documents.GetValueOrDefault(State.Ready),
        Failed = (uint)counts.Documents.GetValueOrDefault(State.Failed),
        SizeBytes = (ulong)counts.Bytes,
    };

    public static Document ToProto(this StoredDocument document, IngestionProgress progress)
    {
        var (done, total) = progress.Of(document.Row);
        return new Document
        {
            Id = document.Key.DocumentId,
            Collection = document.Key.Collection.Name,
            Title = document.Title,
            MediaType = document.MediaType,
            SizeBytes = (ulong)document.SizeBytes,
            Sha256 = document.Sha256,
            Version = (uint)document.Version,
            ChunkCount = (uint)document.ChunkCount,
            State = (Contracts.Retrieval.V1.DocumentState)document.State,
            Error = document.Error,
            UpdatedAt = document.UpdatedAt.ToTimestamp(),
            Metadata = { Texts(document) },
            MetadataJson = StoreJson.Of(document.Metadata),
            AccessLabels = { document.AccessLabels },
            JobId = document.JobId,
            ChunksDone = (uint)done,
            ChunksTotal = (uint)total,
            Attempts = (uint)document.Attempts,
        };
    }

    public static Job ToProto(this StoredJob job) => new()
    {
        Id = job.Id,
        Collection = job.Collection.Name,
        State = StateOf(job),
        TotalCount = (uint)job.Documents.Values.Sum(),
        QueuedCount = (uint)job.Count(State.Queued),
        ProcessingCount = (uint)job.Count(State.Processing),
        ReadyCount = (uint)job.Count(State.Ready),
        FailedCount = (uint)job.Count(State.Failed),
        Errors = { job.Errors.Select(error => new DocumentError { DocumentId = error.DocumentId, Message = error.Message }) },
        CreatedAt = job.CreatedAt.ToTimestamp(),
        ChunkCount = (ulong)job.ChunkCount,
    };

    /// <summary>What a request says of the cutting, with the defaults where it says nothing.</summary>
    public static Chunked ToSettings(this ChunkingSettings? chunking, Chunked defaults)
    {
        if (chunking is null) return defaults;
        var tokensMax = Given(chunking.ChunkTokensMax, defaults.TokensMax);
        var overlap = chunking.HasOverlapTokens ? ToInt32(chunking.OverlapTokens) : Math.Min(defaults.OverlapTokens, tokensMax / 2);
        return new Chunked(tokensMax, overlap)
        {
            Strategy = chunking.Strategy == ChunkingStrategy.Unspecified ? defaults.Strategy : (Strategy)chunking.Strategy,
            TokensMin = Given(chunking.ChunkTokensMin, Math.Min(defaults.TokensMin, tokensMax)),
            WindowSentences = Given(chunking.WindowSentences, defaults.WindowSentences),
            BreakpointPercentile = Given(chunking.BreakpointPercentile, defaults.BreakpointPercentile),
            ContextualHeader = chunking.HasContextualHeader ? chunking.ContextualHeader : defaults.ContextualHeader,
        };
    }

    /// <summary>The state that documents are listed by; null for all.</summary>
    public static State? ToState(this Contracts.Retrieval.V1.DocumentState state) => state switch
    {
        Contracts.Retrieval.V1.DocumentState.Unspecified => null,
        _ when System.Enum.IsDefined((State)state) => (State)state,
        _ => throw MillraceException.InvalidArgument("state", $"state {(int)state} is not known. Use one that the API lists."),
    };

    /// <summary>A number of the contract as the core counts; one that is too large stays too large.</summary>
    public static int ToInt32(uint value) => (int)Math.Min(value, int.MaxValue);

    private static int Given(uint value, int otherwise) => value == 0 ? otherwise : ToInt32(value);

    private static ChunkingSettings ToProto(this Chunked settings) => new()
    {
        ChunkTokensMax = (uint)settings.TokensMax,
        OverlapTokens = (uint)settings.OverlapTokens,
        Strategy = (ChunkingStrategy)settings.Strategy,
        ChunkTokensMin = (uint)settings.TokensMin,
        WindowSentences = (uint)settings.WindowSentences,
        BreakpointPercentile = (uint)settings.BreakpointPercentile,
        ContextualHeader = settings.ContextualHeader,
    };

    private static Reindexing ToProto(this StoredReindexing reindexing) => new()
    {
        EmbeddingModel = reindexing.Generation.Settings.EmbeddingModel,
        Dimension = (uint)Math.Max(reindexing.Generation.Dimension, reindexing.Generation.Settings.DimensionWanted),
        Chunking = reindexing.Generation.Settings.Chunking.ToProto(),
        DocumentsDone = (uint)reindexing.DocumentsDone,
        DocumentsTotal = (uint)reindexing.DocumentsTotal,
        Error = reindexing.Error,
    };

    private static Dictionary<string, string> Texts(StoredDocument document) => document.Metadata.EnumerateObject()
        .Where(entry => entry.Value.ValueKind == System.Text.Json.JsonValueKind.String)
        .ToDictionary(entry => entry.Name, entry => entry.Value.GetString() ?? "");

    private static JobState StateOf(StoredJob job)
    {
        if (job.IsCancelled) return JobState.Cancelled;
        if (job.Count(State.Queued) + job.Count(State.Processing) > 0 || job.Documents.Count == 0) return JobState.Running;
        return job.Count(State.Failed) > 0 ? JobState.CompletedWithErrors : JobState.Completed;
    }
}

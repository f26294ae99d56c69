using System.Collections.Concurrent;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Millrace.Contracts.Retrieval.V1;
using Millrace.ServiceDefaults.Calls;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Tests.Fakes;

/// <summary>Finds the same passages for every question, and keeps uploads as they came.</summary>
internal sealed partial class FakeRetrieval : RetrievalService.RetrievalServiceBase
{
    public const string Collection = "samples";

    /// <summary>The embedding model of the collection.</summary>
    public string EmbeddingModel { get; set; } = "tiny-embed";

    /// <summary>Whether the service is away.</summary>
    public bool IsAway { get; set; }

    /// <summary>What contexts end with; null for an answer.</summary>
    public MillraceException? Refusal { get; set; }

    /// <summary>What it says was missing when it searched.</summary>
    public IReadOnlyList<string> Degraded { get; set; } = [];

    /// <summary>What every search finds: document id and text.</summary>
    public IReadOnlyList<(string Id, string Text)> Found { get; set; } =
    [
        ("returns.md", "Items can be returned within 30 days. Refunds take five working days."),
        ("shipping.md", "Standard shipping takes three days. Parcels are tracked."),
    ];

    /// <summary>The tenant of the last context.</summary>
    public string? LastTenant { get; private set; }

    /// <summary>The labels that bound whoever asked for it.</summary>
    public IReadOnlyList<string>? LastBound { get; private set; }

    public ConcurrentQueue<BuildContextRequest> Requests { get; } = new();

    /// <summary>Collections besides the one that is always there.</summary>
    public ConcurrentDictionary<string, Collection> Created { get; } = new();

    public ConcurrentDictionary<string, (UploadHeader Header, byte[] Content)> Uploads { get; } = new();

    public override Task<BuildContextResponse> BuildContext(BuildContextRequest request, ServerCallContext context)
    {
        if (IsAway) throw new RpcException(new Status(StatusCode.Unavailable, "away"));
        Requests.Enqueue(request);
        (LastTenant, LastBound) = (CallContext.Current.Tenant, CallContext.Current.Labels);
        if (Refusal is not null) throw Refusal;
        foreach (var collection in request.Search.Collections) RequireCollection(collection);
        var response = new BuildContextResponse { Degraded = { Degraded } };
        response.Passages.Add(Found.Select((found, index) => new ContextPassage
        {
            Number = (uint)index + 1,
            Passage = new Passage
            {
                Collection = Collection,
                DocumentId = found.Id,
                DocumentVersion = 2,
                Title = found.Id.Replace(".md", " policy", StringComparison.Ordinal),
                Text = found.Text,
                Start = 100,
                Length = (uint)found.Text.Length,
            },
        }));
        return Task.FromResult(response);
    }

    public override Task<CreateCollectionResponse> CreateCollection(CreateCollectionRequest request, ServerCallContext context)
    {
        var collection = new Collection
        {
            Name = request.Name,
            EmbeddingModel = "tiny-embed",
            Chunking = request.Chunking,
            Dimension = request.Dimension,
            Description = request.Description,
            Title = request.Title,
            MetadataJson = request.MetadataJson,
            CreatedAt = Timestamp.FromDateTimeOffset(DateTimeOffset.UnixEpoch),
        };
        Created[request.Name] = collection;
        return Task.FromResult(new CreateCollectionResponse { Collection = collection });
    }

    public override Task<GetCollectionResponse> GetCollection(GetCollectionRequest request, ServerCallContext context)
    {
        RequireCollection(request.Name);
        var counts = new CollectionCounts { Ready = (uint)Uploads.Count, SizeBytes = (ulong)Uploads.Values.Sum(one => one.Content.Length) };
        var collection = Created.GetValueOrDefault(request.Name) ?? new Collection { Name = request.Name };
        return Task.FromResult(new GetCollectionResponse { Collection = collection, Counts = counts });
    }

    public override Task<UpdateCollectionResponse> UpdateCollection(UpdateCollectionRequest request, ServerCallContext context)
    {
        RequireCollection(request.Name);
        var collection = Created[request.Name];
        if (request.HasTitle) collection.Title = request.Title;
        if (request.HasMetadataJson) collection.MetadataJson = request.MetadataJson;
        return Task.FromResult(new UpdateCollectionResponse { Collection = collection });
    }

    public override Task<ListCollectionsResponse> ListCollections(ListCollectionsRequest request, ServerCallContext context)
    {
        if (IsAway) throw new RpcException(new Status(StatusCode.Unavailable, "away"));
        var response = new ListCollectionsResponse();
        var documents = (uint)Uploads.Count;
        response.Collections.Add(new Collection { Name = Collection, EmbeddingModel = EmbeddingModel, DocumentCount = documents });
        response.Collections.Add(Created.Values);
        return Task.FromResult(response);
    }

    public override Task<DeleteCollectionResponse> DeleteCollection(DeleteCollectionRequest request, ServerCallContext context)
    {
        RequireCollection(request.Name);
        Created.TryRemove(request.Name, out _);
        return Task.FromResult(new DeleteCollectionResponse());
    }

    public override async Task<UploadDocumentResponse> UploadDocument(
        IAsyncStreamReader<UploadDocumentRequest> requestStream, ServerCallContext context)
    {
        await requestStream.MoveNext(context.CancellationToken);
        var header = requestStream.Current.Header;
        RequireCollection(header.Collection);
        using var content = new MemoryStream();
        while (await requestStream.MoveNext(context.CancellationToken)) requestStream.Current.Content.WriteTo(content);
        if (header.FileName.EndsWith(".exe", StringComparison.Ordinal))
            throw new MillraceException(Reason.UnsupportedMediaType, "This type cannot be read.");
        var id = header.DocumentId.Length > 0 ? header.DocumentId : header.FileName;
        Uploads[id] = (header, content.ToArray());
        return new UploadDocumentResponse { Document = Describe(id) };
    }

    public override Task<GetDocumentResponse> GetDocument(GetDocumentRequest request, ServerCallContext context)
    {
        RequireDocument(request.DocumentId);
        return Task.FromResult(new GetDocumentResponse { Document = Describe(request.DocumentId) });
    }

    public override Task<ListDocumentsResponse> ListDocuments(ListDocumentsRequest request, ServerCallContext context)
    {
        RequireCollection(request.Collection);
        Lists.Enqueue(request);
        var response = new ListDocumentsResponse();
        response.Documents.Add(Uploads.Keys.Order(StringComparer.Ordinal).Select(Describe)
            .Where(document => request.JobId.Length == 0 || document.JobId == request.JobId));
        return Task.FromResult(response);
    }

    public override Task<DeleteDocumentResponse> DeleteDocument(DeleteDocumentRequest request, ServerCallContext context)
    {
        RequireDocument(request.DocumentId);
        Uploads.TryRemove(request.DocumentId, out _);
        return Task.FromResult(new DeleteDocumentResponse());
    }

    private void RequireCollection(string name)
    {
        if (name != Collection && !Created.ContainsKey(name))
            throw new MillraceException(Reason.CollectionNotFound, $"The collection '{name}' does not exist.");
    }

    private void RequireDocument(string id)
    {
        if (!Uploads.ContainsKey(id)) throw new MillraceException(Reason.DocumentNotFound, $"The document '{id}' does not exist.");
    }

    private Document Describe(string id) => new()
    {
        Id = id,
        Collection = Uploads[id].Header.Collection,
        Title = id,
        MediaType = Uploads[id].Header.MediaType,
        SizeBytes = (ulong)Uploads[id].Content.Length,
        Version = 1,
        State = DocumentState.Ready,
        MetadataJson = Uploads[id].Header.MetadataJson,
        AccessLabels = { Uploads[id].Header.AccessLabels },
        JobId = Uploads[id].Header.JobId,
        UpdatedAt = Timestamp.FromDateTimeOffset(DateTimeOffset.UnixEpoch),
    };
}

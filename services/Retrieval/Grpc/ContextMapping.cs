using Millrace.Contracts.Retrieval.V1;
using Millrace.Retrieval.Context;
using Millrace.ServiceDefaults.Calls;
using Millrace.ServiceDefaults.Errors;
using ContextOrder = Millrace.Retrieval.Context.ContextOrder;
using Proto = Millrace.Contracts.Retrieval.V1;

namespace Millrace.Retrieval.Grpc;

/// <summary>Between the messages of a context and the core's own types.</summary>
internal static class ContextMapping
{
    // What was missing when the passages were measured, beside what was missing when they were searched for.
    private const string TokenCountMissing = "token_count";

    /// <summary>How the context is packed, with the contract's defaults.</summary>
    public static ContextRequest ToContext(this BuildContextRequest request) => new()
    {
        TokensMax = request.TokensMax == 0 ? ContextRequest.TokensMaxDefault : RetrievalMapping.ToInt32(request.TokensMax),
        Order = Order(request.Order),
        NeighbourChunks = RetrievalMapping.ToInt32(request.NeighbourChunks),
        KeepOverlaps = request.KeepOverlaps,
        HeldLabels = request.Search.AccessLabels.Within(CallContext.Current.Labels),
    };

    /// <summary>The context, and how its passages were found.</summary>
    public static BuildContextResponse ToProto(this PackedContext context, Search.SearchOutcome found) => new()
    {
        Passages = { context.Passages.Select((passage, i) => ToProto(passage, i + 1)) },
        Text = context.Text,
        TokenCount = (uint)context.TokenCount,
        DroppedCount = (uint)context.DroppedCount,
        Explanation = found.Explanation?.ToProto(),
        Degraded = { found.Degraded, context.IsCountedByBound ? [TokenCountMissing] : [] },
    };

    private static Proto.ContextPassage ToProto(Context.ContextPassage passage, int number) => new()
    {
        Number = (uint)number,
        Passage = passage.Passage.ToProto(),
        Score = (float)passage.Score,
        ChunkIds = { passage.ChunkIds },
    };

    private static ContextOrder Order(Proto.ContextOrder order) => order switch
    {
        Proto.ContextOrder.Unspecified or Proto.ContextOrder.Relevance => ContextOrder.Relevance,
        Proto.ContextOrder.Document => ContextOrder.Document,
        Proto.ContextOrder.Edges => ContextOrder.Edges,
        _ => throw MillraceException.InvalidArgument("order", $"order {(int)order} is not known. Use relevance, document or edges."),
    };
}

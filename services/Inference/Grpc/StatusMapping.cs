using Millrace.Contracts.Inference.V1;
using Millrace.Inference.Engine;
using Millrace.Inference.Status;

namespace Millrace.Inference.Grpc;

/// <summary>From the status records to the contract's messages.</summary>
internal static class StatusMapping
{
    /// <summary>A model.</summary>
    public static ModelInfo ToContract(this ModelStatus status) => new()
    {
        Name = status.File.Name,
        State = ToContract(status.State),
        ContextTokensMax = (uint)(status.Loaded?.Engine.ContextTokens ?? 0),
        VocabularySize = (uint)(status.Loaded?.Vocabulary.Size ?? 0),
        Parameters = (ulong)(status.Loaded?.Metadata.Parameters ?? 0),
        SizeBytes = (ulong)status.File.SizeBytes,
        Architecture = status.File.Architecture,
        Detail = status.Detail,
        IsDefault = status.IsDefault,
    };

    /// <summary>The member's load and capacity.</summary>
    public static GetStatusResponse ToContract(this MemberStatus status)
    {
        var response = new GetStatusResponse { Draining = status.Draining, NativeRelease = status.NativeRelease };
        response.Engines.AddRange(status.Engines.Select(engine => ToContract(engine.Model, engine.Snapshot)));
        return response;
    }

    private static Contracts.Inference.V1.ModelState ToContract(Status.ModelState state) => state switch
    {
        Status.ModelState.Available => Contracts.Inference.V1.ModelState.Available,
        Status.ModelState.Loading => Contracts.Inference.V1.ModelState.Loading,
        Status.ModelState.Loaded => Contracts.Inference.V1.ModelState.Loaded,
        _ => Contracts.Inference.V1.ModelState.Failed,
    };

    private static EngineStatus ToContract(string model, EngineSnapshot snapshot) => new()
    {
        Model = model,
        SlotsTotal = (uint)snapshot.SlotsTotal,
        SlotsUsed = (uint)snapshot.SlotsUsed,
        QueueDepth = (uint)snapshot.QueueDepth,
        QueueDepthMax = (uint)snapshot.QueueDepthMax,
        KvCellsTotal = (uint)snapshot.KvCellsTotal,
        KvCellsUsed = (uint)snapshot.KvCellsUsed,
        StepsTotal = (ulong)snapshot.StepsTotal,
        GeneratedTokensTotal = (ulong)snapshot.GeneratedTokensTotal,
        KvCellsCached = (uint)snapshot.KvCellsCached,
        PrefixKeys = { snapshot.PrefixKeys },
        PromptTokensTotal = (ulong)snapshot.PromptTokensTotal,
        CachedTokensTotal = (ulong)snapshot.CachedTokensTotal,
        PreemptionsTotal = (ulong)snapshot.PreemptionsTotal,
        DraftedTokensTotal = (ulong)snapshot.DraftedTokensTotal,
        AcceptedTokensTotal = (ulong)snapshot.AcceptedTokensTotal,
        Speculating = snapshot.IsSpeculating,
        StepsPerSecond = snapshot.StepsPerSecond,
        TokensPerSecond = snapshot.TokensPerSecond,
        BatchSequences = snapshot.BatchSequences,
    };
}

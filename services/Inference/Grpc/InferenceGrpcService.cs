using Grpc.Core;
using Millrace.Contracts.Inference.V1;
using Millrace.Inference.Models;
using Millrace.Inference.Runtime;
using Millrace.Inference.SavedPrefixes;
using Millrace.Inference.Status;
using Millrace.Upstreams;

namespace Millrace.Inference.Grpc;

/// <summary>The contract's door to the runtime; it maps and nothing else.</summary>
internal sealed class InferenceGrpcService(
    InferenceRuntime runtime,
    ModelAdministration models,
    PrefixSaver prefixes,
    StatusReporter status,
    UpstreamRuntime upstreams,
    UpstreamReporter remote)
    : InferenceService.InferenceServiceBase
{
    public override async Task Generate(
        GenerateRequest request, IServerStreamWriter<GenerateResponse> responseStream, ServerCallContext context)
    {
        if (upstreams.Find(request.Model) is { } elsewhere)
        {
            await foreach (var message in upstreams.GenerateAsync(elsewhere, request, context.EndsAt(), context.CancellationToken))
                await responseStream.WriteAsync(message, context.CancellationToken);
            return;
        }

        LocalRules.CheckLocal(request);
        var mapping = new EventMapping(request.Logprobs);
        await foreach (var batch in runtime.GenerateAsync(request.ToCommand(context), context.CancellationToken))
            foreach (var message in mapping.Map(batch))
                await responseStream.WriteAsync(message, context.CancellationToken);
    }

    public override async Task<CountTokensResponse> CountTokens(CountTokensRequest request, ServerCallContext context)
    {
        if (upstreams.Find(request.Model) is { } elsewhere)
            return await upstreams.CountAsync(elsewhere, request, context.CancellationToken);
        var counts = await runtime.CountAsync(request.Model, request.Texts, request.Chat?.ToCore(), context.CancellationToken);
        return new CountTokensResponse
        {
            Counts = { counts.Texts.Select(count => (uint)count) },
            ChatCount = (uint)counts.Chat,
            ContextTokensMax = (uint)counts.ContextTokens,
        };
    }

    public override async Task<TokenizeResponse> Tokenize(TokenizeRequest request, ServerCallContext context)
    {
        if (upstreams.Find(request.Model) is { } elsewhere) throw Refusals.NoVocabulary(elsewhere);
        var command = new TokenizeCommand(request.Model, request.Text, request.ParseSpecial, request.AddSpecial);
        return new TokenizeResponse { Ids = { await runtime.TokenizeAsync(command, context.CancellationToken) } };
    }

    public override async Task<DetokenizeResponse> Detokenize(DetokenizeRequest request, ServerCallContext context)
    {
        if (upstreams.Find(request.Model) is { } elsewhere) throw Refusals.NoVocabulary(elsewhere);
        return new DetokenizeResponse { Text = await runtime.DetokenizeAsync(request.Model, request.Ids, context.CancellationToken) };
    }

    public override Task<ListModelsResponse> ListModels(ListModelsRequest request, ServerCallContext context) =>
        Task.FromResult(new ListModelsResponse { Models = { remote.WithModels(status.Models().Select(StatusMapping.ToContract)) } });

    public override Task<GetStatusResponse> GetStatus(GetStatusRequest request, ServerCallContext context)
    {
        var response = status.Status().ToContract();
        response.Upstreams.AddRange(remote.Upstreams());
        return Task.FromResult(response);
    }

    public override async Task LoadModel(
        LoadModelRequest request, IServerStreamWriter<LoadModelResponse> responseStream, ServerCallContext context)
    {
        await foreach (var name in models.LoadAsync(request.Model, request.Pin, context.CancellationToken))
            await responseStream.WriteAsync(new LoadModelResponse { Model = status.Model(name).ToContract() }, context.CancellationToken);
    }

    public override async Task<UnloadModelResponse> UnloadModel(UnloadModelRequest request, ServerCallContext context)
    {
        await models.UnloadAsync(request.Model, context.CancellationToken);
        return new UnloadModelResponse();
    }

    public override async Task<LoadAdapterResponse> LoadAdapter(LoadAdapterRequest request, ServerCallContext context)
    {
        var command = new LoadAdapterCommand(request.Model, request.Name, request.File, request.HasScale ? request.Scale : 1);
        var name = await models.LoadAdapterAsync(command, context.CancellationToken);
        return new LoadAdapterResponse { Model = status.Model(name).ToContract() };
    }

    public override Task<UnloadAdapterResponse> UnloadAdapter(UnloadAdapterRequest request, ServerCallContext context)
    {
        models.UnloadAdapter(request.Model, request.Name);
        return Task.FromResult(new UnloadAdapterResponse());
    }

    public override async Task<SavePrefixResponse> SavePrefix(SavePrefixRequest request, ServerCallContext context)
    {
        var name = new PrefixName(request.Model, request.CacheSalt, request.Key);
        var (tokens, bytes) = await prefixes.SaveAsync(name, request.ToPrompt(), context.CancellationToken);
        return new SavePrefixResponse { Tokens = (uint)tokens, SizeBytes = (ulong)bytes };
    }

    public override async Task<RestorePrefixResponse> RestorePrefix(RestorePrefixRequest request, ServerCallContext context)
    {
        var name = new PrefixName(request.Model, request.CacheSalt, request.Key);
        return new RestorePrefixResponse { Tokens = (uint)await prefixes.RestoreAsync(name, context.CancellationToken) };
    }

    public override async Task<DeletePrefixResponse> DeletePrefix(DeletePrefixRequest request, ServerCallContext context)
    {
        await prefixes.DeleteAsync(new PrefixName(request.Model, request.CacheSalt, request.Key), context.CancellationToken);
        return new DeletePrefixResponse();
    }
}

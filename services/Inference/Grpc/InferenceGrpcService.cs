using Grpc.Core;
using Millrace.Contracts.Inference.V1;
using Millrace.Inference.Runtime;
using Millrace.Inference.Status;
using Millrace.Inference.Upstreams;

namespace Millrace.Inference.Grpc;

/// <summary>The contract's door to the runtime; it maps and nothing else.</summary>
internal sealed class InferenceGrpcService(
    InferenceRuntime runtime, StatusReporter status, UpstreamRuntime upstreams, UpstreamReporter remote)
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
        if (upstreams.Find(request.Model) is { } elsewhere) throw LocalRules.NoVocabulary(elsewhere);
        var command = new TokenizeCommand(request.Model, request.Text, request.ParseSpecial, request.AddSpecial);
        return new TokenizeResponse { Ids = { await runtime.TokenizeAsync(command, context.CancellationToken) } };
    }

    public override async Task<DetokenizeResponse> Detokenize(DetokenizeRequest request, ServerCallContext context)
    {
        if (upstreams.Find(request.Model) is { } elsewhere) throw LocalRules.NoVocabulary(elsewhere);
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
}

using Grpc.Core;
using Millrace.Contracts.Embedding.V1;
using Millrace.Contracts.Guardrails.V1;

namespace Millrace.Bench.Affinity;

/// <summary>Guardrails that let everything pass at once: what a policy costs is no part of what is measured here.</summary>
internal sealed class OpenGuardrails : GuardrailsService.GuardrailsServiceBase
{
    public override Task<CheckInputResponse> CheckInput(CheckInputRequest request, ServerCallContext context) =>
        Task.FromResult(new CheckInputResponse { Action = GuardAction.Allow, Texts = { request.Texts } });

    public override Task<CheckOutputResponse> CheckOutput(CheckOutputRequest request, ServerCallContext context) =>
        Task.FromResult(new CheckOutputResponse { Action = GuardAction.Allow, Text = request.Text });

    public override async Task FilterOutput(
        IAsyncStreamReader<FilterOutputRequest> requestStream,
        IServerStreamWriter<FilterOutputResponse> responseStream,
        ServerCallContext context)
    {
        await foreach (var message in requestStream.ReadAllAsync(context.CancellationToken))
        {
            if (message.MessageCase == FilterOutputRequest.MessageOneofCase.Delta)
                await responseStream.WriteAsync(new FilterOutputResponse { Text = message.Delta });
            else if (message.MessageCase == FilterOutputRequest.MessageOneofCase.End)
                await responseStream.WriteAsync(new FilterOutputResponse { Finished = new FilterFinished { Action = GuardAction.Allow } });
        }
    }
}

/// <summary>An embedding service without models: chats without documents ask it for their list only.</summary>
internal sealed class NoEncoders : EmbeddingService.EmbeddingServiceBase
{
    public override Task<Contracts.Embedding.V1.ListModelsResponse> ListModels(
        Contracts.Embedding.V1.ListModelsRequest request, ServerCallContext context) =>
        Task.FromResult(new Contracts.Embedding.V1.ListModelsResponse());
}

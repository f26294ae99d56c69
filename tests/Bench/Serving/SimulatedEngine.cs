using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Millrace.Contracts.Inference.V1;
using Millrace.TestShared;

namespace Millrace.Bench.Serving;

/// <summary>How a simulated engine speaks.</summary>
/// <param name="TokensPerSecond">Tokens of one stream in a second; 0 for all at once.</param>
/// <param name="Answer">The tokens that answer a request.</param>
internal sealed record Speech(double TokensPerSecond, Func<GenerateRequest, IReadOnlyList<string>> Answer);

/// <summary>
/// A member of the pool that computes nothing: any number of streams, each at its own steady rate. What is between it and the client is
/// measured alone.
/// </summary>
internal sealed class SimulatedEngine(Speech speech) : InferenceService.InferenceServiceBase
{
    /// <summary>Name of its model.</summary>
    public const string Model = "simulated";

    private const uint ContextTokens = 32768;
    private const int BytesPerToken = 4;

    /// <summary>Serves it on a port of its own.</summary>
    public static Task<ServiceUnderTest> StartAsync(Speech speech) => ServiceUnderTest.StartAsync(
        builder => builder.Services.AddSingleton(new SimulatedEngine(speech)),
        app => app.MapGrpcService<SimulatedEngine>());

    /// <inheritdoc/>
    public override async Task Generate(
        GenerateRequest request, IServerStreamWriter<GenerateResponse> responseStream, ServerCallContext context)
    {
        await responseStream.WriteAsync(new GenerateResponse
        {
            Started = new GenerationStarted { Model = Model, PromptTokens = Count(request.Chat), Seed = 1 },
        });
        var answer = speech.Answer(request);
        var start = TimeProvider.System.GetTimestamp();
        for (var sent = 0; sent < answer.Count; sent++)
        {
            await UntilAsync(start, sent, context.CancellationToken);
            var batch = new TokenBatch { Text = answer[sent] };
            batch.Tokens.Add(new GeneratedToken { Id = sent });
            await responseStream.WriteAsync(new GenerateResponse { Tokens = batch });
        }

        await responseStream.WriteAsync(new GenerateResponse
        {
            Finished = new GenerationFinished { Reason = FinishReason.Stop, CompletionTokens = (uint)answer.Count },
        });
    }

    /// <inheritdoc/>
    public override Task<CountTokensResponse> CountTokens(CountTokensRequest request, ServerCallContext context)
    {
        var response = new CountTokensResponse { ContextTokensMax = ContextTokens, ChatCount = Count(request.Chat) };
        response.Counts.Add(request.Texts.Select(text => (uint)(text.Length / BytesPerToken)));
        return Task.FromResult(response);
    }

    /// <inheritdoc/>
    public override Task<ListModelsResponse> ListModels(ListModelsRequest request, ServerCallContext context)
    {
        var response = new ListModelsResponse();
        response.Models.Add(
            new ModelInfo { Name = Model, ContextTokensMax = ContextTokens, State = ModelState.Loaded, IsDefault = true });
        return Task.FromResult(response);
    }

    /// <inheritdoc/>
    public override Task<GetStatusResponse> GetStatus(GetStatusRequest request, ServerCallContext context)
    {
        var status = new GetStatusResponse();
        status.Engines.Add(new EngineStatus { Model = Model, SlotsTotal = 4096 });
        return Task.FromResult(status);
    }

    private static uint Count(ChatPrompt? chat) => (uint)(chat?.Messages.Sum(message => message.Content.Length) ?? 0) / BytesPerToken;

    private async Task UntilAsync(long start, int sent, CancellationToken cancellationToken)
    {
        if (speech.TokensPerSecond == 0) return;
        var due = TimeSpan.FromSeconds(sent / speech.TokensPerSecond) - TimeProvider.System.GetElapsedTime(start);
        if (due > TimeSpan.Zero) await Task.Delay(due, TimeProvider.System, cancellationToken);
    }
}

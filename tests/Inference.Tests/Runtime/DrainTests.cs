using Grpc.Core;
using Grpc.Net.Client;
using Millrace.Contracts.Inference.V1;
using Millrace.Inference.Tests.Grpc;
using Millrace.ServiceDefaults.Errors;
using Millrace.TestShared;

namespace Millrace.Inference.Tests.Runtime;

public sealed class DrainTests
{
    private static readonly GenerateRequest Endless =
        new() { Text = "The", IgnoreEnd = true, ChoiceCount = 8, Sampling = new() { Temperature = 0 } };

    [Fact]
    public async Task Stop_WhileAStreamRuns_RefusesNewOnesAndEndsItAfterTheGracePeriod()
    {
        // Long enough for the late call to arrive within it on a busy machine, and shorter than the host's own limit.
        var service = await InferenceMember.StartAsync(("Inference:ShutdownGrace", "00:00:04"));
        using var channel = GrpcChannel.ForAddress(service.GrpcAddress);
        var client = new InferenceService.InferenceServiceClient(channel);
        using var running = client.Generate(Endless);
        await running.ResponseStream.MoveNext(CancellationToken.None).DefaultTimeout();

        var stopped = service.DisposeAsync().AsTask();
        while (!(await client.GetStatusAsync(new GetStatusRequest())).Draining) await Task.Yield();
        using var late = client.Generate(Endless);

        Assert.Equal(Reason.Draining, await ReasonAsync(late));
        Assert.Equal(Reason.Draining, await ReasonAsync(running));
        await stopped.DefaultTimeout();
    }

    [Fact]
    public async Task Stop_StreamThatEndsWithinTheGracePeriod_IsComplete()
    {
        var service = await InferenceMember.StartAsync(("Inference:ShutdownGrace", "00:00:30"));
        using var channel = GrpcChannel.ForAddress(service.GrpcAddress);
        var request = Endless.Clone();
        (request.MaxTokens, request.ChoiceCount) = (200, 1);
        using var running = new InferenceService.InferenceServiceClient(channel).Generate(request);
        await running.ResponseStream.MoveNext(CancellationToken.None).DefaultTimeout();

        var stopped = service.DisposeAsync().AsTask();
        GenerateResponse? last = null;
        await foreach (var message in running.ResponseStream.ReadAllAsync()) last = message;

        Assert.Equal(200u, last?.Finished?.CompletionTokens);
        await stopped.DefaultTimeout();
    }

    private static async Task<Reason> ReasonAsync(AsyncServerStreamingCall<GenerateResponse> call)
    {
        var error = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            await foreach (var _ in call.ResponseStream.ReadAllAsync())
            {
            }
        }).DefaultTimeout();
        return error.ToMillraceException("inference").Reason;
    }
}

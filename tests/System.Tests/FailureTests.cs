using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Aspire.Hosting.Testing;
using Grpc.Net.Client;
using Millrace.Contracts.Inference.V1;
using Millrace.TestShared;

namespace Millrace.SystemTests;

[Collection(SystemCollection.Name)]
public sealed class FailureTests(RunningSystem system)
{
    private const string Member = "inference-1";

    /// <summary>How: an answer that cannot end by itself runs while its process is killed.</summary>
    [Fact]
    public async Task Inference_KilledInMidStream_EndsTheStreamWithAnErrorAndServesTheNextRequest()
    {
        var body = ChatClient.Body("who are you?", "tiny-rag-chat");
        body["logit_bias"] = new JsonObject { [await EndTokenAsync()] = -100 };
        body["max_tokens"] = 1900;
        var pid = await system.ProcessIdAsync(Member);

        List<string> events = [];
        await foreach (var data in system.Edge.StreamAsync(body))
        {
            events.Add(data);
            if (events.Count == 3) Process.GetProcessById(pid).Kill();
        }

        var error = JsonNode.Parse(events[^1])!["error"];
        Assert.True(error is not null, $"The stream ended with: {events[^1]}");
        Assert.Equal("upstream_unavailable", error["code"]!.GetValue<string>());

        await system.RestartedAsync(member, pid);
        var completion = await system.Edge.AskAsync(ChatClient.Body("How long does a refund take?"));
        Assert.NotEmpty(completion.Text());
    }

    [Fact]
    public async Task Client_ThatGoesAway_FreesTheSlot()
    {
        var body = ChatClient.Body("who are you?", "tiny-rag-chat");
        body["logit_bias"] = new JsonObject { [await EndTokenAsync()] = -100 };
        body["max_tokens"] = 1900;

        await foreach (var data in system.Edge.StreamAsync(body))
            if (data.Contains("content", StringComparison.Ordinal)) break;

        using var channel = Channel();
        var inference = new InferenceService.InferenceServiceClient(channel);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        var started = Stopwatch.GetTimestamp();
        while ((await inference.GetStatusAsync(new GetStatusRequest())).Engines.Any(engine => engine.SlotsUsed > 0))
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < TaskTimeouts.Default, "The slot is still in use.");
            await timer.WaitForNextTickAsync();
        }
    }

    private async Task<string> EndTokenAsync()
    {
        using var channel = Channel();
        var inference = new InferenceService.InferenceServiceClient(channel);
        var tokens = await inference.TokenizeAsync(new TokenizeRequest { Text = "<|im_end|>", ParseSpecial = true });
        return tokens.Ids.Single().ToString(CultureInfo.InvariantCulture);
    }

    private GrpcChannel Channel() => GrpcChannel.ForAddress(system.App.GetEndpoint(Member, "grpc"));
}

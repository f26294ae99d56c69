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
    /// <summary>How: an answer that cannot end by itself runs while its process is killed.</summary>
    [Fact]
    public async Task Inference_KilledInMidStream_EndsTheStreamWithAnErrorAndServesTheNextRequest()
    {
        var body = ChatClient.Body("who are you?", "tiny-rag-chat");
        body["logit_bias"] = new JsonObject { [await EndTokenAsync()] = -100 };
        body["max_tokens"] = 1900;
        var (member, pid) = ("", 0);
        List<string> events = [];
        await foreach (var data in system.Edge.StreamAsync(body))
        {
            events.Add(data);
            if (events.Count != 3) continue;
            member = await BusyMemberAsync() ?? throw new InvalidOperationException("No member generates.");
            pid = await system.ProcessIdAsync(member);
            Process.GetProcessById(pid).Kill();
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

        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        var started = Stopwatch.GetTimestamp();
        while (await BusyMemberAsync() is { } member)
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < TaskTimeouts.Default, $"The slot of {member} is still in use.");
            await timer.WaitForNextTickAsync();
        }
    }

    /// <summary>The member that generates; null when none does.</summary>
    private async Task<string?> BusyMemberAsync()
    {
        foreach (var member in RunningSystem.Members)
        {
            using var channel = Channel(member);
            var status = await new InferenceService.InferenceServiceClient(channel).GetStatusAsync(new GetStatusRequest());
            if (status.Engines.Any(engine => engine.SlotsUsed > 0)) return member;
        }

        return null;
    }

    private async Task<string> EndTokenAsync()
    {
        using var channel = Channel(RunningSystem.Members[0]);
        var inference = new InferenceService.InferenceServiceClient(channel);
        var tokens = await inference.TokenizeAsync(new TokenizeRequest { Text = "<|im_end|>", ParseSpecial = true });
        return tokens.Ids.Single().ToString(CultureInfo.InvariantCulture);
    }

    private GrpcChannel Channel(string member) => GrpcChannel.ForAddress(system.App.GetEndpoint(member, "grpc"));
}

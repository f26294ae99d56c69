using System.Text;
using System.Text.Json;
using Millrace.Gateway.Tests.Fakes;
using Millrace.TestShared;

namespace Millrace.Gateway.Tests.Resilience;

/// <summary>A client that leaves ends whatever step its request is in, and nothing of the step is left behind.</summary>
public sealed class CancelTests
{
    private static readonly string[] Services = ["Guardrails", "Embedding", "Retrieval", "Sessions", "Inference"];

    [Theory]
    [InlineData("CheckInput")]
    [InlineData("ListCollections")]
    [InlineData("Embed")]
    [InlineData("GetWindow")]
    [InlineData("BuildContext")]
    [InlineData("Generate")]
    [InlineData("FilterOutput")]
    [InlineData("CountTokens")]
    [InlineData("AppendMessages")]
    public async Task Client_LeavesInAStep_EndsItAndFreesItsPlace(string method)
    {
        await using var platform = await Platform.StartAsync(
            settings: Services.Select(name => ($"Gateway:Resilience:{name}:ConcurrentMax", "2")));
        platform.Inference.Answers("Parcels are tracked. [2]");
        platform.Stuck.Method = method;
        using var client = new CancellationTokenSource();

        var asked = SendAsync(platform, client.Token);
        await platform.Stuck.Reached.DefaultTimeout();
        await client.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked.DefaultTimeout());
        await platform.Stuck.Cancelled.DefaultTimeout();
        platform.Stuck.Method = null;
        for (var i = 0; i < 3; i++)
            using (var next = await SendAsync(platform, CancellationToken.None).DefaultTimeout()) Assert.True(next.IsSuccessStatusCode);
        Assert.Empty(platform.Gateway.Errors);
    }

    private static async Task<HttpResponseMessage> SendAsync(Platform platform, CancellationToken cancellationToken)
    {
        var body = new
        {
            model = "docs-assistant",
            messages = new[] { new { role = "user", content = "Are parcels tracked?" } },
            millrace = new { conversation_id = "talk-1" },
        };
        using var content = new StringContent(JsonSerializer.Serialize(body), Encoding.UTF8, "application/json");
        return await platform.Http.PostAsync("/v1/chat/completions", content, cancellationToken);
    }
}

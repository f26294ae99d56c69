using Microsoft.Extensions.DependencyInjection.Extensions;
using Millrace.Contracts.Embedding.V1;
using Millrace.Contracts.Guardrails.V1;
using Millrace.ServiceDefaults.Errors;
using Millrace.TestShared;

namespace Millrace.Guardrails.Tests.Topics;

public sealed class TopicRailsTests : IAsyncLifetime
{
    private const string Policy = "Guardrails:Policies:shop:Topics";

    private readonly FakeEmbedding _embedding = new();
    private ServiceUnderTest _service = null!;
    private GuardrailsService.GuardrailsServiceClient _client = null!;

    public async Task InitializeAsync()
    {
        _service = await ServiceUnderTest.StartAsync(
            builder =>
            {
                builder.Services.TryAddSingleton<EmbeddingService.EmbeddingServiceClient>(_embedding);
                builder.AddGuardrails();
            },
            app => app.MapGuardrails(),
            ($"{Policy}:Deny:0:Name", "medicine"),
            ($"{Policy}:Deny:0:Examples:0", "which tablets help against my headache"),
            ($"{Policy}:Deny:0:Examples:1", "what dose of ibuprofen may I take"),
            ($"{Policy}:Deny:0:Threshold", "0.7"),
            ($"{Policy}:Allow:0:Name", "orders"),
            ($"{Policy}:Allow:0:Description", "where is my parcel and when does it arrive"),
            ($"{Policy}:Allow:0:Threshold", "0.4"),
            ("Guardrails:Policies:lenient:Topics:FailOpen", "true"),
            ("Guardrails:Policies:lenient:Topics:Deny:0:Name", "medicine"),
            ("Guardrails:Policies:lenient:Topics:Deny:0:Description", "tablets and doses"));
        _client = new GuardrailsService.GuardrailsServiceClient(_service.Invoker());
    }

    public async Task DisposeAsync() => await _service.DisposeAsync();

    [Fact]
    public async Task CheckInput_DeniedTopic_IsBlockedByItsRule()
    {
        var response = await CheckAsync("shop", "which tablets help against a headache");

        Assert.Equal(GuardAction.Block, response.Action);
        Assert.Empty(response.Texts);
        Assert.Contains(response.Findings, finding => finding is { Rule: "topic.medicine", Action: GuardAction.Block, Score: >= 0.5f });
    }

    [Fact]
    public async Task CheckInput_NoAllowedTopic_IsOffTopic()
    {
        var response = await CheckAsync("shop", "write a poem about the autumn wind");

        var finding = Assert.Single(response.Findings);
        Assert.Equal(("topic.off_topic", GuardAction.Block), (finding.Rule, finding.Action));
        Assert.Equal((0u, 34u), (finding.Start, finding.Length));
    }

    [Theory]
    [InlineData("where is my parcel now")]
    [InlineData("Hello there!")]
    public async Task CheckInput_AllowedTopicOrSmallTalk_Passes(string text)
    {
        var response = await CheckAsync("shop", text);

        Assert.Equal(GuardAction.Allow, response.Action);
        Assert.Empty(response.Findings);
    }

    [Fact]
    public async Task CheckInput_OlderText_IsHeldToDeniedTopicsOnly()
    {
        var off = await CheckAsync("shop", "write a poem about the autumn wind", "where is my parcel now");
        var denied = await CheckAsync("shop", "which tablets help against my headache", "where is my parcel now");

        Assert.Equal(GuardAction.Allow, off.Action);
        Assert.Equal(GuardAction.Block, denied.Action);
    }

    [Fact]
    public async Task CheckInput_LongText_IsComparedPieceByPiece()
    {
        var padding = string.Concat(Enumerable.Repeat("where is my parcel ", 43))[..800];

        var response = await CheckAsync("shop", padding + "which tablets help against my headache");

        Assert.Contains(response.Findings, finding => finding.Rule == "topic.medicine");
    }

    [Fact]
    public async Task CheckInput_OthersTexts_AreNotCompared()
    {
        var request = new CheckInputRequest { Policy = "shop", Texts = { "which tablets help against my headache" } };
        request.Sources.Add(TextSource.Document);

        Assert.Equal(GuardAction.Allow, (await _client.CheckInputAsync(request)).Action);
    }

    [Fact]
    public async Task CheckInput_SecondTime_EmbedsTheTopicsNoMore()
    {
        await CheckAsync("shop", "where is my parcel now");
        var first = _embedding.Embedded.Count;
        await CheckAsync("shop", "where is my parcel today");

        Assert.Equal(first + 1, _embedding.Embedded.Count);
    }

    [Fact]
    public async Task CheckInput_WithoutTopics_AsksNoEmbedding()
    {
        await CheckAsync("default", "which tablets help against my headache");

        Assert.Empty(_embedding.Embedded);
    }

    [Fact]
    public async Task CheckInput_EmbeddingAway_IsRefusedOrPassesByPolicy()
    {
        _embedding.IsAway = true;

        var refusal = await Assert.ThrowsAsync<MillraceException>(() => CheckAsync("shop", "where is my parcel now"));
        var passed = await CheckAsync("lenient", "which tablets help against my headache");

        Assert.Equal(Reason.UpstreamUnavailable, refusal.Reason);
        Assert.Equal(GuardAction.Allow, passed.Action);
    }

    private async Task<CheckInputResponse> CheckAsync(string policy, params string[] texts) =>
        await _client.CheckInputAsync(new CheckInputRequest { Policy = policy, Texts = { texts } });
}

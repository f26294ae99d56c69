using Millrace.Contracts.Inference.V1;
using Millrace.TestShared;

namespace Millrace.Inference.Tests.Grpc;

public sealed class StatusTests(InferenceMember member) : IClassFixture<InferenceMember>
{
    [Fact]
    public async Task ListModels_BuiltInFolder_OffersTheChatModelOnly()
    {
        var model = Assert.Single((await member.Client.ListModelsAsync(new ListModelsRequest())).Models);

        Assert.Equal(InferenceMember.Model, model.Name);
        Assert.Equal(ModelState.Loaded, model.State);
        Assert.True(model.IsDefault);
        Assert.Equal("llama", model.Architecture);
        Assert.Equal(2048u, model.ContextTokensMax);
        Assert.Equal(10176u, model.VocabularySize);
        Assert.InRange(model.Parameters, 7_000_000ul, 8_000_000ul);
    }

    [Fact]
    public async Task GetStatus_AfterAGeneration_CountsItsStepsAndTokens()
    {
        var before = (await member.Client.GetStatusAsync(new GetStatusRequest())).Engines.Single();
        var request = new GenerateRequest { Text = "The", MaxTokens = 10, IgnoreEnd = true };
        await GenerationResult.OfAsync(member.Client, request).DefaultTimeout();
        var after = await member.Client.GetStatusAsync(new GetStatusRequest());

        var engine = after.Engines.Single();
        Assert.Equal(before.GeneratedTokensTotal + 10, engine.GeneratedTokensTotal);
        Assert.Equal(before.StepsTotal + 10, engine.StepsTotal);
        Assert.Equal(8u, engine.SlotsTotal);
        Assert.Equal(16384u, engine.KvCellsTotal);
        Assert.False(after.Draining);
        Assert.Equal("b10068", after.NativeRelease);
    }

    [Fact]
    public async Task Health_DefaultModelLoaded_IsHealthyWithADescription()
    {
        var health = await member.Service.Http.GetStringAsync("/health").DefaultTimeout();

        Assert.Contains("\"status\":\"Healthy\"", health, StringComparison.Ordinal);
        Assert.Matches("tiny-rag-chat.* gives tokens", health);
    }
}

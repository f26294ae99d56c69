using Millrace.Contracts.Inference.V1;
using Millrace.Inference.Tests.Grpc;
using Millrace.ServiceDefaults.Errors;
using Millrace.TestShared;

namespace Millrace.Inference.Tests.Models;

/// <summary>Speculation as the settings ask for it, through the member's own calls.</summary>
public sealed class DraftTests
{
    private const string Speculation = $"Inference:Models:{ModelsMember.Default}:Speculation";
    private const string DraftModel = $"Inference:Models:{ModelsMember.Default}:DraftModel";

    [Theory]
    [InlineData("lookup", "")]
    [InlineData("draft", "small")]
    public async Task Generate_WithSpeculation_AnswersAsWithoutAndCountsWhatWasProposed(string mode, string draft)
    {
        await using var plain = await ModelsMember.StartAsync([]);
        await using var fast = await ModelsMember.StartAsync(["small"], settings: [(Speculation, mode), (DraftModel, draft)]);
        var (drafted, accepted) = (0u, 0u);
        foreach (var (chat, _) in Prompts.Handwritten().Take(6))
        {
            var expected = await GenerationResult.OfAsync(plain.Client, Prompts.Greedy(chat)).DefaultTimeout();

            var result = await GenerationResult.OfAsync(fast.Client, Prompts.Greedy(chat)).DefaultTimeout();

            Assert.Equal(expected.Text, result.Text);
            Assert.Equal((0u, 0u), (expected.Finished.DraftedTokens, expected.Finished.AcceptedTokens));
            Assert.InRange(result.Finished.AcceptedTokens, 0u, result.Finished.DraftedTokens);
            drafted += result.Finished.DraftedTokens;
            accepted += result.Finished.AcceptedTokens;
        }

        var engine = (await fast.Client.GetStatusAsync(new GetStatusRequest())).Engines.Single();
        Assert.True(accepted > 0);
        Assert.Equal((drafted, accepted), (engine.DraftedTokensTotal, engine.AcceptedTokensTotal));
    }

    [Fact]
    public async Task Load_WithDraftModel_CountsItsMemoryAndReportsOneProgress()
    {
        await using var plain = await ModelsMember.StartAsync([]);
        await using var both = await ModelsMember.StartAsync(["small"], settings: [(Speculation, "draft"), (DraftModel, "small")]);

        var alone = (await plain.Client.GetStatusAsync(new GetStatusRequest())).MemoryBytes;
        var together = (await both.Client.GetStatusAsync(new GetStatusRequest())).MemoryBytes;

        Assert.InRange(together, alone + 1, 2 * alone);
        Assert.Equal(together, (await both.InfoAsync(ModelsMember.Default)).MemoryBytes);
    }

    [Fact]
    public async Task Use_DraftModelOfAnotherVocabulary_IsRefusedWithBothFiles()
    {
        await using var member = await ModelsMember.StartAsync(["a"], settings: Draft("a", "foreign"));
        File.Copy(RandomModel.Ensure(member.Folder.File("made"), RandomModelShape.OneMillion), member.Folder.File("foreign.gguf"));

        var refusal = await ModelsMember.RefusedAsync(() => member.CountAsync("a"));

        Assert.Equal(Reason.ModelUnavailable, refusal.Reason);
        Assert.Contains("foreign.gguf", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("a.gguf", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("vocabulary", refusal.Message, StringComparison.Ordinal);
        Assert.Equal([ModelsMember.Default], await member.InMemoryAsync());
    }

    [Theory]
    [InlineData("nobody", "There is no model 'nobody'")]
    [InlineData("encoder", "encoder (bert)")]
    [InlineData("broken", "broken.gguf")]
    public async Task Use_DraftModelThatCannotBeServed_SaysWhichSettingIsWrong(string draft, string expected)
    {
        await using var member = await ModelsMember.StartAsync(["a"], settings: Draft("a", draft));
        member.Put("encoder.gguf", await File.ReadAllBytesAsync(Path.Combine(RepoPaths.Models, "tiny-embed.gguf")));
        member.Put("broken.gguf", "no model"u8);

        var refusal = await ModelsMember.RefusedAsync(() => member.CountAsync("a"));

        Assert.Equal(Reason.ModelUnavailable, refusal.Reason);
        Assert.Contains(expected, refusal.Message, StringComparison.Ordinal);
        Assert.Contains("Inference:Models:a:DraftModel", refusal.Message, StringComparison.Ordinal);
        member.Put($"{draft}.gguf", ModelsMember.BuiltInBytes);
        await member.CountAsync("a");
    }

    private static (string, string)[] Draft(string model, string draft) =>
        [($"Inference:Models:{model}:Speculation", "draft"), ($"Inference:Models:{model}:DraftModel", draft)];
}

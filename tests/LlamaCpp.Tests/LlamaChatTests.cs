namespace Millrace.LlamaCpp.Tests;

[Collection(ModelTests.Name)]
public sealed class LlamaChatTests(Models models)
{
    private const int CasesCount = 60;

    [Fact]
    public void Template_OfChatModel_GivesTheTrainedPrompt()
    {
        var one = GroundedCase.Load(Repository.HeldoutCases)[0];

        var prompt = LlamaChatTemplate.Apply(models.Chat.Metadata.ChatTemplate!, one.Messages);

        Assert.Equal(one.Prompt, prompt);
    }

    [Fact]
    public void Template_WithoutAssistantStart_EndsWithTheLastTurn()
    {
        var prompt = LlamaChatTemplate.Apply("chatml", [new("user", "héllo 👋")], addAssistant: false);

        Assert.Equal("<|im_start|>user\nhéllo 👋<|im_end|>\n", prompt);
    }

    [Fact]
    public void Template_Unknown_IsRefused()
    {
        var failure = Assert.Throws<LlamaException>(() => LlamaChatTemplate.Apply("{{ nothing that is known }}", [new("user", "hello")]));

        Assert.Equal(LlamaFailure.TemplateUnsupported, failure.Failure);
    }

    // The model card's figures for these cases: 56% of the answers exact, 87% of the refusals right.
    [Fact]
    public void Greedy_OnHeldoutCases_AnswersMostAsExpected()
    {
        using var context = models.Chat.CreateContext(new() { ContextTokens = 2048 });
        var cases = GroundedCase.Load(Repository.HeldoutCases).Take(CasesCount).ToArray();

        var right = cases.Count(one => Generation.Greedy(context, one.Prompt) == one.Expected);

        Assert.InRange(right, CasesCount / 2, CasesCount);
    }

    [Theory]
    [InlineData("syn-001")]
    [InlineData("syn-002")]
    public void Greedy_OnOneCase_GivesTheExpectedText(string id)
    {
        using var context = models.Chat.CreateContext(new() { ContextTokens = 2048 });
        var one = Assert.Single(GroundedCase.Load(Repository.HeldoutCases, id));

        Assert.Equal(one.Expected, Generation.Greedy(context, one.Prompt));
    }
}

using Millrace.Contracts.Inference.V1;
using Millrace.TestShared;

namespace Millrace.Inference.Tests.Grpc;

public sealed class GenerateTests(InferenceMember member) : IClassFixture<InferenceMember>
{
    [Fact]
    public async Task Generate_GroundedQuestion_QuotesTheContextWithItsCitation()
    {
        var result = await AskAsync(Prompts.Greedy(Holiday()));

        Assert.Equal("Permanent staff accrue two days of paid time off for every month worked. [1]", result.Text);
        Assert.Equal(FinishReason.Stop, result.Finished.Reason);
        Assert.Equal(InferenceMember.Model, result.Started.Model);
        Assert.Empty(member.Service.Errors);
    }

    private Task<GenerationResult> AskAsync(GenerateRequest request) => GenerationResult.OfAsync(member.Client, request).DefaultTimeout();

    private static ChatPrompt Holiday() => Prompts.Grounded(
        "How many days off do I earn each month?",
        ("leave-policy.md", "Permanent staff accrue two days of paid time off for every month worked. Unused days can be carried over until the end of March."),
        ("bakery-allergens.md", "The walnut loaf and the rye rolls contain gluten. Our oat cookies are baked without eggs."));
}

using Millrace.Contracts.Guardrails.V1;
using Millrace.ServiceDefaults.Errors;
using Millrace.TestShared;

namespace Millrace.Guardrails.Tests.Grounding;

public sealed class GroundingCheckTests : IAsyncLifetime
{
    private const string Answer = "The crossing takes 25 minutes. A ticket costs 9 euros.";

    private ServiceUnderTest _service = null!;
    private GuardrailsService.GuardrailsServiceClient _client = null!;

    public async Task InitializeAsync()
    {
        _service = await ServiceUnderTest.StartAsync(
            builder => builder.AddGuardrails(),
            app => app.MapGuardrails(),
            ("Guardrails:GroundingAnswerCharsMax", "1000"),
            ("Guardrails:Policies:replacing:Grounding:Action", "replace"),
            ("Guardrails:Policies:replacing:Grounding:Replacement", "I cannot say."),
            ("Guardrails:Policies:blocking:Grounding:Action", "block"),
            ("Guardrails:Policies:careless:Grounding:ScoreMin", "0"));
        _client = new GuardrailsService.GuardrailsServiceClient(_service.Invoker());
    }

    public async Task DisposeAsync() => await _service.DisposeAsync();

    [Fact]
    public async Task CheckGrounding_ChangedNumber_IsFlaggedWhereItStands()
    {
        var response = await _client.CheckGroundingAsync(Request(""));

        Assert.Equal((GuardAction.Flag, Answer), (response.Action, response.Answer));
        Assert.Equal([(0u, 30u), (31u, 23u)], response.Sentences.Select(sentence => (sentence.Start, sentence.Length)));
        Assert.Equal(1, response.Sentences[0].Score);
        Assert.InRange(response.Sentences[1].Score, 0, 0.49);
        Assert.InRange(response.Score, 0.5, 0.8);
        Assert.Equal(16, response.PolicyVersion.Length);
    }

    [Theory]
    [InlineData("replacing", GuardAction.Modify, "I cannot say.")]
    [InlineData("blocking", GuardAction.Block, "")]
    [InlineData("careless", GuardAction.Allow, Answer)]
    public async Task CheckGrounding_ByPolicy_AnswersDifferently(string policy, GuardAction action, string answer)
    {
        var response = await _client.CheckGroundingAsync(Request(policy));

        Assert.Equal((action, answer), (response.Action, response.Answer));
    }

    [Fact]
    public async Task CheckGrounding_SupportedAnswer_IsAllowed()
    {
        var request = Request("blocking");
        request.Answer = "Hello! The crossing takes 25 minutes, and a ticket costs 6 euros.";

        var response = await _client.CheckGroundingAsync(request);

        Assert.Equal((GuardAction.Allow, request.Answer), (response.Action, response.Answer));
    }

    [Theory]
    [InlineData(257, 1, 1, "contexts")]
    [InlineData(1, 100_001, 1, "contexts[0]")]
    [InlineData(12, 100_000, 1, "contexts")]
    [InlineData(1, 1, 1001, "answer")]
    public async Task CheckGrounding_TooLong_IsRefusedByName(int contexts, int contextChars, int answerChars, string param)
    {
        var request = new CheckGroundingRequest { Answer = new string('x', answerChars) };
        request.Contexts.AddRange(Enumerable.Repeat(new string('x', contextChars), contexts));

        var refusal = await Assert.ThrowsAsync<MillraceException>(() => _client.CheckGroundingAsync(request).ResponseAsync);

        Assert.Equal((Reason.InvalidArgument, param), (refusal.Reason, refusal.Param));
    }

    private static CheckGroundingRequest Request(string policy) => new()
    {
        Policy = policy,
        Answer = Answer,
        Contexts = { "The crossing takes 25 minutes.", "A ticket costs 6 euros; dogs travel free." },
        Question = "How long does it take?",
    };
}

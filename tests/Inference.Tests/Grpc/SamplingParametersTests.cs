using Millrace.Contracts.Inference.V1;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Inference.Tests.Grpc;

public sealed class SamplingParametersTests(InferenceMember member) : IClassFixture<InferenceMember>
{
    public static TheoryData<string, SamplingParameters> Invalid => new()
    {
        { "typical_p", new() { TypicalP = 1.5f } },
        { "dry_multiplier", new() { DryMultiplier = -1 } },
        { "dry_base", new() { DryBase = 9 } },
        { "dry_allowed_length", new() { DryAllowedLength = uint.MaxValue } },
        { "dry_sequence_breakers[0]", new() { DrySequenceBreakers = { "" } } },
        { "mirostat", new() { Mirostat = 3 } },
        { "mirostat_tau", new() { MirostatTau = 21 } },
        { "mirostat_eta", new() { MirostatEta = 2 } },
        { "top_p", new() { Mirostat = 2, TopP = 0.5f } },
    };

    [Theory]
    [MemberData(nameof(Invalid))]
    public async Task Generate_ParameterOutOfRange_NamesTheField(string field, SamplingParameters sampling)
    {
        var error = await Assert.ThrowsAsync<MillraceException>(() => GenerateAsync(sampling));

        Assert.Equal(Reason.InvalidArgument, error.Reason);
        Assert.Equal($"sampling.{field}", error.Param);
    }

    public static TheoryData<SamplingParameters> Reproducible =>
    [
        new() { Seed = 3, TypicalP = 0.8f },
        new() { Seed = 3, Mirostat = 1 },
        new() { Seed = 3, Mirostat = 2, MirostatTau = 3, MirostatEta = 0.3f },
        new() { Seed = 3, DryMultiplier = 0.8f, DryLastN = 100, DrySequenceBreakers = { "." } },
    ];

    [Theory]
    [MemberData(nameof(Reproducible))]
    public async Task Generate_SameSeed_GivesTheSameAnswer(SamplingParameters sampling) =>
        Assert.Equal((await GenerateAsync(sampling)).Text, (await GenerateAsync(sampling)).Text);

    [Fact]
    public async Task Generate_Dry_StopsTheLoopThatGreedyFallsInto()
    {
        var plain = await GenerateAsync(new() { Temperature = 0 });
        var dry = await GenerateAsync(new() { Temperature = 0, DryMultiplier = 5, DryAllowedLength = 1 });

        Assert.NotEqual(plain.Text, dry.Text);
    }

    private Task<GenerationResult> GenerateAsync(SamplingParameters sampling) => GenerationResult.OfAsync(
        member.Client,
        new GenerateRequest
        {
            Text = "The mill stands by the river. The mill stands by the river. The mill",
            Sampling = sampling,
            MaxTokens = 24,
            IgnoreEnd = true,
        });
}

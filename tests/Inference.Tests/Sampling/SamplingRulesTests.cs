using Millrace.Inference.Sampling;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Inference.Tests.Sampling;

public sealed class SamplingRulesTests
{
    public static TheoryData<string, object> Invalid => new()
    {
        { "temperature", new SamplingOptions { Temperature = -0.1f } },
        { "temperature", new SamplingOptions { Temperature = 2.1f } },
        { "temperature", new SamplingOptions { Temperature = float.NaN } },
        { "temperature", new SamplingOptions { Temperature = float.PositiveInfinity } },
        { "top_p", new SamplingOptions { TopP = 0 } },
        { "top_p", new SamplingOptions { TopP = float.NaN } },
        { "min_p", new SamplingOptions { MinP = 1.5f } },
        { "frequency_penalty", new SamplingOptions { FrequencyPenalty = -2.5f } },
        { "presence_penalty", new SamplingOptions { PresencePenalty = float.NaN } },
        { "repeat_penalty", new SamplingOptions { RepeatPenalty = 0 } },
        { "repeat_last_n", new SamplingOptions { RepeatLastN = int.MaxValue } },
        { "logit_bias", new SamplingOptions { LogitBias = new Dictionary<int, float> { [100] = 1 } } },
        { "logit_bias", new SamplingOptions { LogitBias = new Dictionary<int, float> { [-1] = 1 } } },
        { "logit_bias", new SamplingOptions { LogitBias = new Dictionary<int, float> { [1] = float.NaN } } },
        { "typical_p", new SamplingOptions { TypicalP = 0 } },
        { "typical_p", new SamplingOptions { TypicalP = float.NaN } },
        { "dry_multiplier", new SamplingOptions { DryMultiplier = 101 } },
        { "dry_base", new SamplingOptions { DryBase = 0.9f } },
        { "dry_allowed_length", new SamplingOptions { DryAllowedLength = 0 } },
        { "dry_allowed_length", new SamplingOptions { DryAllowedLength = 1025 } },
        { "dry_last_n", new SamplingOptions { DryLastN = -1 } },
        { "dry_sequence_breakers", new SamplingOptions { DryBreakers = [.. Enumerable.Repeat("x", 17)] } },
        { "dry_sequence_breakers[1]", new SamplingOptions { DryBreakers = ["x", ""] } },
        { "dry_sequence_breakers[0]", new SamplingOptions { DryBreakers = [new string('ä', 17)] } },
        { "mirostat", new SamplingOptions { Mirostat = 3 } },
        { "mirostat_tau", new SamplingOptions { MirostatTau = 0 } },
        { "mirostat_tau", new SamplingOptions { MirostatTau = 20.5f } },
        { "mirostat_eta", new SamplingOptions { MirostatEta = float.NaN } },
        { "temperature", new SamplingOptions { Mirostat = 2, Temperature = 0 } },
        { "top_k", new SamplingOptions { Mirostat = 1, TopK = 40 } },
        { "top_p", new SamplingOptions { Mirostat = 2, TopP = 0.9f } },
        { "min_p", new SamplingOptions { Mirostat = 2, MinP = 0.1f } },
        { "typical_p", new SamplingOptions { Mirostat = 2, TypicalP = 0.9f } },
    };

    [Theory]
    [MemberData(nameof(Invalid))]
    public void Check_OutOfRange_NamesTheField(string field, object options)
    {
        var refusal = Assert.Throws<MillraceException>(() => SamplingRules.Check((SamplingOptions)options, vocabularySize: 100));

        Assert.Equal(Reason.InvalidArgument, refusal.Reason);
        Assert.Equal($"sampling.{field}", refusal.Param);
        Assert.Contains(field, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_Bounds_AreAllowed() => SamplingRules.Check(
        new SamplingOptions
        {
            Temperature = 2,
            TopP = 1,
            MinP = 1,
            FrequencyPenalty = -2,
            PresencePenalty = 2,
            RepeatPenalty = 10,
            LogitBias = new Dictionary<int, float> { [99] = -100 },
            DryMultiplier = 100,
            DryBase = 8,
            DryAllowedLength = 1024,
            DryLastN = int.MaxValue,
            DryBreakers = [.. Enumerable.Repeat(new string('x', 32), 16)],
            TypicalP = 1,
            MirostatTau = 20,
            MirostatEta = 1,
        },
        vocabularySize: 100);
}

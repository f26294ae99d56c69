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
        },
        vocabularySize: 100);
}

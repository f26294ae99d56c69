using Millrace.Inference.Configuration;

namespace Millrace.Inference.Tests.Configuration;

public sealed class InferenceOptionsTests
{
    [Fact]
    public void Validate_Defaults_HasNoComplaint() => Assert.Empty(new InferenceOptions().Validate());

    [Fact]
    public void Validate_SettingsThatContradictEachOther_NamesEach()
    {
        var options = new InferenceOptions
        {
            ContextTokens = 2048, KvCellsMax = 1024, StepTokensMax = 16, SlotsMax = 32, QueueDepthMax = 1, ChoicesMax = 64,
            GenerationTimeMax = TimeSpan.Zero, ShutdownGrace = TimeSpan.FromHours(1),
        };

        string[] expected = ["ContextTokens", "StepTokensMax", "ChoicesMax", "GenerationTimeMax", "ShutdownGrace"];
        Assert.Equal(expected, options.Validate().Select(complaint => complaint.Split(' ')[0]));
    }

    [Fact]
    public void Validate_MoreChoicesThanCanEverBeTakenIn_IsRefused()
    {
        var options = new InferenceOptions { SlotsMax = 4, QueueDepthMax = 3, ChoicesMax = 8 };

        Assert.Contains("ChoicesMax (8)", Assert.Single(options.Validate()), StringComparison.Ordinal);

        options.QueueDepthMax = 4;
        Assert.Empty(options.Validate());
    }
}

namespace Millrace.Upstreams.Tests;

public sealed class UpstreamOptionsTests
{
    [Fact]
    public void Validate_Working_HasNoComplaint() => Assert.Empty(new UpstreamsOptions { ["far"] = Working() }.Validate());

    [Fact]
    public void Validate_EverythingWrong_NamesEachSettingOfTheUpstream()
    {
        var options = new UpstreamOptions
        {
            Kind = "smoke", BaseAddress = "gpu:8000", ApiKey = "a\nb", ConcurrencyMax = 0, RetriesMax = 11, IdleTimeout = TimeSpan.Zero,
            RetryDelay = TimeSpan.FromMinutes(1), MaxTokensField = "tokens",
            Headers = { ["bad name"] = "x" }, Breaker = { FailuresToOpen = 0 },
        };

        var complaints = new UpstreamsOptions { ["far"] = options }.Validate().ToList();

        string[] expected =
        [
            "ConcurrencyMax", "RetriesMax", "Kind", "BaseAddress", "MaxTokensField", "Models", "ApiKey", "Headers:bad", "IdleTimeout",
            "RetryDelay", "Breaker:FailuresToOpen",
        ];
        Assert.All(expected, name => Assert.Contains(complaints, text => text.StartsWith($"far: {name} ", StringComparison.Ordinal)));
        Assert.Equal(expected.Length, complaints.Count);
        Assert.All(complaints, text => Assert.DoesNotContain("a\nb", text, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("http://user:word@gpu")]
    [InlineData("https://gpu/v1?key=word")]
    [InlineData("ftp://gpu")]
    public void Validate_AddressThatIsNone_IsRefusedWithoutRepeatingIt(string address)
    {
        var options = Working();
        options.BaseAddress = address;

        Assert.DoesNotContain("word", Assert.Single(options.Validate()), StringComparison.Ordinal);
    }

    [Fact]
    public void Validate_OneModelAtTwoUpstreams_IsRefused()
    {
        var complaint = Assert.Single(new UpstreamsOptions { ["far"] = Working(), ["near"] = Working() }.Validate());

        Assert.Equal("The model 'm' is served by far and near: give it another name at one of them.", complaint);
    }

    [Fact]
    public void ToString_OfOptions_TellsNoSecret() => Assert.DoesNotContain("hidden", Working().ToString(), StringComparison.Ordinal);

    private static UpstreamOptions Working() =>
        new() { BaseAddress = "http://gpu:8000", ApiKey = "hidden", Models = { ["m"] = "vendor/m" } };
}

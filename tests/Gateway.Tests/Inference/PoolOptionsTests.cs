using Microsoft.Extensions.Options;
using Millrace.Gateway.Inference;
using Millrace.TestShared;

namespace Millrace.Gateway.Tests.Inference;

public sealed class PoolOptionsTests
{
    [Fact]
    public async Task Start_WrongOptions_NamesAllOfThem()
    {
        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => StartAsync(
            ("Gateway:PoolPolicy", "random"), ("Gateway:PoolLoadFactor", "0.5"), ("Gateway:PrefixMatchMin", "0"),
            ("Gateway:PoolStatusInterval", "00:00:00"), ("Gateway:PoolIdleInterval", "-00:00:01"), ("Gateway:PoolKeysMax", "10")));

        foreach (var part in new[]
        {
            "Gateway: PoolPolicy is 'random'. Use one of: prefix, least-loaded, round-robin.",
            "Gateway: PoolLoadFactor must be from 1 to 100",
            "Gateway: PrefixMatchMin must be from 1 to 64 keys.",
            "Gateway: PoolStatusInterval must be from 00:00:00.001 to 00:05:00.",
            "Gateway: PoolIdleInterval must be from 00:00:00.001 to 00:05:00.",
            "Gateway: PoolKeysMax must be from 64 to 1048576.",
        })
            Assert.Contains(part, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_IdleIntervalBelowTheBusyOne_IsRefused()
    {
        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => StartAsync(("Gateway:PoolStatusInterval", "00:00:05")));

        Assert.Contains("Gateway: PoolIdleInterval must not be below PoolStatusInterval.", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("prefix")]
    [InlineData("least-loaded")]
    [InlineData("round-robin")]
    public void From_EveryName_IsAPolicyOfItsOwn(string name) => Assert.Equal(
        ChoiceRules.Names.ToList().IndexOf(name), (int)ChoiceRules.From(new PoolOptions { PoolPolicy = name }).Policy);

    private static async Task StartAsync(params (string Key, string Value)[] settings)
    {
        await using var service = await ServiceUnderTest.StartAsync(
            builder => builder.AddGateway(), app => app.MapGateway(), [.. settings, ("services:inference:grpc:0", "http://127.0.0.1:1")]);
    }
}

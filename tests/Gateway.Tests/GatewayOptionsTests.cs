using Millrace.ServiceDefaults.Hosting;
using Microsoft.Extensions.Options;
using Millrace.TestShared;

namespace Millrace.Gateway.Tests;

public sealed class GatewayOptionsTests
{
    [Fact]
    public async Task Start_WrongOptions_NamesAllOfThem()
    {
        var error = await Assert.ThrowsAsync<OptionsValidationException>(
            () => StartAsync(("Gateway:TopK", "0"), ("Gateway:PingInterval", "00:00:00")));

        Assert.Contains("Gateway: TopK must be from 1 to 100.", error.Message, StringComparison.Ordinal);
        Assert.Contains("Gateway: PingInterval must be longer than zero", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Gateway:StallTimeout", "100.00:00:00", "StallTimeout must be longer than zero and at most 1.00:00:00")]
    [InlineData("Gateway:HedgeAfter", "00:05:00", "HedgeAfter must be below FirstTokenTimeout")]
    public async Task Start_TimesThatDoNotGoTogether_AreRefused(string setting, string value, string part)
    {
        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => StartAsync((setting, value)));

        Assert.Contains(part, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_AssistantWithUnknownPrompt_NamesTheAvailable()
    {
        var error = await Assert.ThrowsAsync<StartupException>(() => StartAsync(("Assistants:docs-assistant:Prompt", "none")));

        Assert.Equal("Assistants:docs-assistant:Prompt is 'none'. Use one of: concise, rag_qa.", error.Message);
    }

    [Fact]
    public async Task Start_AssistantThatCannotBe_IsRefusedWithAllErrors()
    {
        var error = await Assert.ThrowsAsync<OptionsValidationException>(
            () => StartAsync(("Assistants:x:Temperature", "3"), ("Assistants:x:Grounding", "Verbatim")));

        Assert.Contains("Assistants: 'x': Grounding needs Collections.", error.Message, StringComparison.Ordinal);
        Assert.Contains("'x': Temperature must be from 0 to 2.", error.Message, StringComparison.Ordinal);
    }

    private static async Task StartAsync(params (string Key, string Value)[] settings)
    {
        await using var service = await ServiceUnderTest.StartAsync(builder => builder.AddGateway(), app => app.MapGateway(), settings);
    }
}

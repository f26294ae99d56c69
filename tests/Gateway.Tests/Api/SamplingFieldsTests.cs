using System.Net;
using System.Text.Json;
using Millrace.Gateway.Tests.Fakes;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Tests.Api;

/// <summary>Sampling parameters beyond OpenAI's.</summary>
public sealed class SamplingFieldsTests
{
    [Fact]
    public async Task Chat_AllFields_ReachTheMember()
    {
        await using var platform = await Platform.StartAsync();

        await PostAsync(
            platform,
            """
            "top_k":40,"min_p":0.05,"typical_p":0.9,"repetition_penalty":1.1,"dry_multiplier":0.8,"dry_base":1.5,"dry_allowed_length":3,
            "dry_penalty_last_n":256,"dry_sequence_breakers":["\n",";"],"mirostat":2,"mirostat_tau":4.5,"mirostat_eta":0.2
            """);

        var sent = platform.Inference.LastRequest.Sampling;
        Assert.Equal((40u, 0.05f, 0.9f, 1.1f), (sent.TopK, sent.MinP, sent.TypicalP, sent.RepeatPenalty));
        Assert.Equal((0.8f, 1.5f, 3u, 256u), (sent.DryMultiplier, sent.DryBase, sent.DryAllowedLength, sent.DryLastN));
        Assert.Equal(["\n", ";"], sent.DrySequenceBreakers);
        Assert.Equal((2u, 4.5f, 0.2f), (sent.Mirostat, sent.MirostatTau, sent.MirostatEta));
    }

    [Fact]
    public async Task Chat_NoneOrNull_LeavesAllUnset()
    {
        await using var platform = await Platform.StartAsync();

        await PostAsync(platform, "\"top_k\":null,\"dry_sequence_breakers\":null,\"mirostat\":null");

        Assert.Equal(new Contracts.Inference.V1.SamplingParameters(), platform.Inference.LastRequest.Sampling);
    }

    [Theory]
    [InlineData(-1, 0)]
    [InlineData(0, 0)]
    public async Task Chat_TopKOff_IsZero(int given, uint sent)
    {
        await using var platform = await Platform.StartAsync();

        await PostAsync(platform, $"\"top_k\":{given},\"dry_penalty_last_n\":-1");

        var sampling = platform.Inference.LastRequest.Sampling;
        Assert.Equal((true, sent, true, 0u), (sampling.HasTopK, sampling.TopK, sampling.HasDryLastN, sampling.DryLastN));
    }

    [Theory]
    [InlineData("sampling.min_p", "min_p")]
    [InlineData("sampling.dry_last_n", "dry_penalty_last_n")]
    [InlineData("sampling.repeat_penalty", "repetition_penalty")]
    public async Task Chat_MemberRefusesTheRange_IsTheAnswerByTheNameOfTheField(string membersName, string name)
    {
        await using var platform = await Platform.StartAsync(memberCount: 2);
        foreach (var member in platform.Members)
            member.Script = (_, _) => throw MillraceException.InvalidArgument(
                membersName, $"{membersName["sampling.".Length..]} is 5; use from 0 to 1.");

        using var response = await platform.PostAsync("/v1/chat/completions", Body("\"min_p\":5"));

        var error = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement.GetProperty("error");
        Assert.Equal((HttpStatusCode.BadRequest, name), (response.StatusCode, error.GetProperty("param").GetString()));
        Assert.Equal($"{name} is 5; use from 0 to 1.", error.GetProperty("message").GetString());
        Assert.Single(platform.Members.SelectMany(member => member.Requests));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("10.5")]
    [InlineData("1e-60")]
    public async Task Chat_RepetitionPenaltyOutOfRange_IsRefusedByThatName(string value)
    {
        await using var platform = await Platform.StartAsync();

        using var response = await platform.PostAsync("/v1/chat/completions", Body($"\"repetition_penalty\":{value}"));

        var error = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement.GetProperty("error");
        Assert.Equal((HttpStatusCode.BadRequest, "repetition_penalty"), (response.StatusCode, error.GetProperty("param").GetString()));
        Assert.Empty(platform.Inference.Requests);
    }

    private static async Task PostAsync(Platform platform, string fields)
    {
        using var response = await platform.PostAsync("/v1/chat/completions", Body(fields));
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
    }

    private static string Body(string fields) => $$"""{"model":"plain","messages":[{"role":"user","content":"Hi"}],{{fields}}}""";
}

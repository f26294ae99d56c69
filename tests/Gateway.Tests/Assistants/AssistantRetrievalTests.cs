using Microsoft.Extensions.Options;
using Millrace.Contracts.Retrieval.V1;
using Millrace.Gateway.Tests.Fakes;

namespace Millrace.Gateway.Tests.Assistants;

public sealed class AssistantRetrievalTests
{
    private const string Section = "Assistants:docs-assistant:Retrieval:";

    [Fact]
    public async Task Ask_AssistantWithDefaults_SearchesWithThemAndARequestsFilterNarrows()
    {
        await using var platform = await Platform.StartAsync(settings:
        [
            (Section + "Filter", """{"type":"eq","key":"public","value":true}"""), (Section + "AccessLabels:0", "staff"),
            (Section + "Order", "Edges"), (Section + "NeighbourChunks", "2"), (Section + "HalfLifeDays", "30"),
            (Section + "DiversityLambda", "0.5"),
        ]);

        await platform.AskAsync("docs-assistant", "How long?");
        using var narrowed = await platform.PostAsync("/v1/chat/completions", """
            {"model":"docs-assistant","messages":[{"role":"user","content":"How long?"}],
             "millrace":{"filter":{"type":"eq","key":"year","value":2024},"access_labels":[],"neighbour_chunks":0}}
            """);

        var (first, second) = (platform.Retrieval.Requests.First(), platform.Retrieval.Requests.Last());
        Assert.Equal((ContextOrder.Edges, 2u, 30f), (first.Order, first.NeighbourChunks, first.Search.TimeDecay.HalfLifeDays));
        Assert.Equal(("public", "staff"), (first.Search.Filter.Comparison.Key, first.Search.AccessLabels[0]));
        Assert.Equal(["public", "year"], second.Search.Filter.And.Filters_.Select(filter => filter.Comparison.Key));
        Assert.Equal((0, 0u), (second.Search.AccessLabels.Count, second.NeighbourChunks));
    }

    [Theory]
    [InlineData("Filter", "nope", "is not valid JSON")]
    [InlineData("Filter", """{"type":"eq"}""", "'Retrieval:Filter.key' is missing")]
    [InlineData("MultiQuery", "9", "MultiQuery must be from 0 to 4")]
    [InlineData("DiversityLambda", "2", "DiversityLambda must be from 0 to 1")]
    [InlineData("HalfLifeDays", "40000", "HalfLifeDays must be above 0 and at most 36500")]
    public async Task Start_WrongDefault_IsToldByName(string key, string value, string expected)
    {
        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => Platform.StartAsync(settings: (Section + key, value)));

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }
}

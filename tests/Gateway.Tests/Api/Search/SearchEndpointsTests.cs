using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Millrace.Contracts.Retrieval.V1;
using Millrace.Gateway.Tests.Fakes;

namespace Millrace.Gateway.Tests.Api.Search;

public sealed class SearchEndpointsTests : IAsyncLifetime
{
    private const string Base = "\"collections\":[\"samples\"],\"query\":\"q\"";
    private Platform _platform = null!;

    /// <summary>Fields of a search, the parameter that must be named, and the code.</summary>
    public static TheoryData<string, string, string> Wrong => new()
    {
        { "\"query\":\"q\"", "collections", "invalid_argument" },
        { "\"collections\":[],\"query\":\"q\"", "collections", "invalid_argument" },
        { "\"collections\":[\"samples\"]", "query", "invalid_argument" },
        { "\"collections\":[\"samples\"],\"query\":\" \"", "query", "invalid_argument" },
        { Base + ",\"top_k\":0", "top_k", "invalid_argument" },
        { Base + ",\"mode\":\"magic\"", "mode", "invalid_argument" },
        { Base + ",\"variants\":[{\"kind\":\"query\"}]", "variants[0].text", "invalid_argument" },
        { Base + ",\"variants\":[{\"text\":\"x\",\"colour\":1}]", "variants[0].colour", "unsupported_parameter" },
        { Base + ",\"fusion\":{\"constant\":0}", "fusion.constant", "invalid_argument" },
        { Base + ",\"time_decay\":{\"strength\":1}", "time_decay.half_life_days", "invalid_argument" },
        { Base + ",\"diversity_lambda\":2", "diversity_lambda", "invalid_argument" },
        { Base + ",\"tokens_max\":5", "tokens_max", "unsupported_parameter" },
        { Base + ",\"access_labels\":[\"\"]", "access_labels[0]", "invalid_argument" },
        { Base + ",\"filter\":[]", "filter", "invalid_argument" },
        { Base + ",\"filter\":{}", "filter.type", "invalid_argument" },
        { Base + ",\"filter\":{\"type\":\"like\",\"key\":\"a\",\"value\":1}", "filter.type", "invalid_argument" },
        { Base + ",\"filter\":{\"type\":\"eq\",\"value\":1}", "filter.key", "invalid_argument" },
        { Base + ",\"filter\":{\"type\":\"eq\",\"key\":\"a\"}", "filter.value", "invalid_argument" },
        { Base + ",\"filter\":{\"type\":\"eq\",\"key\":\"a\",\"value\":[1]}", "filter.value", "invalid_argument" },
        { Base + ",\"filter\":{\"type\":\"in\",\"key\":\"a\",\"value\":1}", "filter.value", "invalid_argument" },
        { Base + ",\"filter\":{\"type\":\"gt\",\"key\":\"a\",\"value\":\"soon\"}", "filter.value", "invalid_argument" },
        { Base + ",\"filter\":{\"type\":\"exists\",\"key\":\"a\",\"value\":1}", "filter.value", "unsupported_parameter" },
        { Base + ",\"filter\":{\"type\":\"and\",\"filters\":[]}", "filter.filters", "invalid_argument" },
        {
            Base + ",\"filter\":{\"type\":\"or\",\"filters\":[{\"type\":\"eq\",\"key\":\"\",\"value\":1}]}",
            "filter.filters[0].key",
            "invalid_argument"
        },
        { Base + ",\"filter\":{\"type\":\"not\",\"filters\":[]}", "filter.filters", "unsupported_parameter" },
        { Base + ",\"filter\":" + Deep(9), "filter.filter.filter.filter.filter.filter.filter.filter.filter", "invalid_argument" },
        {
            Base + ",\"filter\":{\"type\":\"and\",\"filters\":[" + Many(33) + "," + Many(32) + "]}",
            "filter.filters[1].filters[31]",
            "invalid_argument"
        },
    };

    public async Task InitializeAsync() => _platform = await Platform.StartAsync();

    public async Task DisposeAsync()
    {
        Assert.Empty(_platform.Gateway.Errors);
        await _platform.DisposeAsync();
    }

    [Fact]
    public async Task Search_EveryField_ArrivesAndResultsComeBack()
    {
        var answer = await PostAsync("/v1/search", """
            {"collections":["samples"],"query":"returns","top_k":3,"candidates":50,"mode":"dense","rerank":false,
             "explain":true,"exact":true,
             "access_labels":["staff"],"score_min":0.1,"similarity_min":-0.5,"diversity_lambda":0.7,"collections_max":1,
             "variants":[{"text":"refunds","weight":0.5},{"text":"You may return it.","kind":"hypothetical_passage"}],
             "fusion":{"constant":30,"keyword_weight":0},"time_decay":{"half_life_days":30,"key":"date"},
             "filter":{"type":"and","filters":[{"type":"gte","key":"date","value":"2026-01-01T00:00:00Z"},
               {"type":"not","filter":{"type":"in","key":"tag","value":["a",2,true]}},{"type":"exists","key":"author.name"}]}}
            """);

        var search = Assert.Single(_platform.Retrieval.Searches);
        Assert.Equal((3u, 50u, SearchMode.Dense, RerankMode.Off), (search.TopK, search.Candidates, search.Mode, search.Rerank));
        Assert.Equal((0.1f, -0.5f, 0.7f, 1u), (search.ScoreMin, search.SimilarityMin, search.DiversityLambda, search.CollectionsMax));
        Assert.Equal((30f, 0f, false), (search.Fusion.Constant, search.Fusion.KeywordWeight, search.Fusion.HasDenseWeight));
        Assert.Equal([VariantKind.Query, VariantKind.HypotheticalPassage], search.Variants.Select(variant => variant.Kind));
        var filters = search.Filter.And.Filters_;
        Assert.Equal("2026-01-01T00:00:00Z", filters[0].Comparison.Values[0].Text);
        Assert.Equal(ComparisonOperator.GreaterOrEqual, filters[0].Comparison.Operator);
        Assert.Equal((3, 2d), (filters[1].Not.Comparison.Values.Count, filters[1].Not.Comparison.Values[1].Number));
        Assert.Equal(("author.name", 0), (filters[2].Comparison.Key, filters[2].Comparison.Values.Count));
        var first = answer.GetProperty("data")[0];
        Assert.Equal(2024, first.GetProperty("passage").GetProperty("metadata").GetProperty("year").GetInt32());
        Assert.Equal("bm25", first.GetProperty("stages")[0].GetProperty("stage").GetString());
        Assert.Equal("rerank", answer.GetProperty("explanation").GetProperty("degraded")[0].GetString());
    }

    [Fact]
    public async Task Context_PackingFields_ArriveAndPassagesComeBack()
    {
        var context = await PostAsync(
            "/v1/context", "{" + Base + ",\"tokens_max\":300,\"order\":\"edges\",\"neighbour_chunks\":2,\"keep_overlaps\":true}");

        var request = Assert.Single(_platform.Retrieval.Requests);
        Assert.Equal(
            (300u, ContextOrder.Edges, 2u, true), (request.TokensMax, request.Order, request.NeighbourChunks, request.KeepOverlaps));
        Assert.Equal(2, context.GetProperty("data").GetArrayLength());
        Assert.Equal("returns.md", context.GetProperty("data")[0].GetProperty("passage").GetProperty("document_id").GetString());
    }

    [Fact]
    public async Task Search_WrongField_IsRefusedByName()
    {
        foreach (var row in Wrong)
        {
            using var response = await _platform.PostAsync("/v1/search", $"{{{row[0]}}}");
            var error = (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("error");
            Assert.Equal(
                (HttpStatusCode.BadRequest, (string)row[1], (string)row[2]),
                (response.StatusCode, error.GetProperty("param").GetString(), error.GetProperty("code").GetString()));
        }

        Assert.Empty(_platform.Retrieval.Searches);
    }

    [Fact]
    public async Task Chat_RetrievalFields_ReachTheSearch()
    {
        using var response = await _platform.PostAsync("/v1/chat/completions", """
            {"model":"docs-assistant","messages":[{"role":"user","content":"How long?"}],
             "millrace":{"access_labels":["staff"],"order":"document",
             "filter":{"type":"eq","key":"year","value":2024},"neighbour_chunks":1,"time_decay":{"half_life_days":7,"strength":0.2},
             "diversity_lambda":0.5,"score_min":0.2,"collections_max":1}}
            """);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var request = Assert.Single(_platform.Retrieval.Requests);
        Assert.Equal((ContextOrder.Document, 1u), (request.Order, request.NeighbourChunks));
        Assert.Equal(("staff", 2024d), (request.Search.AccessLabels[0], request.Search.Filter.Comparison.Values[0].Number));
        Assert.Equal((7f, 0.5f, 0.2f), (request.Search.TimeDecay.HalfLifeDays, request.Search.DiversityLambda, request.Search.ScoreMin));
    }

    private static string Deep(int depth) => depth == 1
        ? "{\"type\":\"eq\",\"key\":\"a\",\"value\":1}"
        : "{\"type\":\"not\",\"filter\":" + Deep(depth - 1) + "}";

    private static string Many(int count) =>
        "{\"type\":\"or\",\"filters\":[" + string.Join(',', Enumerable.Repeat(Deep(1), count)) + "]}";

    private async Task<JsonElement> PostAsync(string path, string body)
    {
        using var response = await _platform.PostAsync(path, body);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }
}

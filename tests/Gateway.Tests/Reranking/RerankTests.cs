using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Millrace.Contracts.Gateway.V1;
using Millrace.Gateway.Tests.Fakes;

namespace Millrace.Gateway.Tests.Reranking;

public sealed class RerankTests
{
    [Fact]
    public async Task Rerank_TextsAndObjects_ComeBackBestFirst()
    {
        await using var platform = await Platform.StartAsync();

        using var response = await platform.PostAsync(
            "/v1/rerank",
            """{"model":"tiny-rerank","query":"q","documents":["a",{"text":"the longest"},"medium"],"top_n":2,"return_documents":true}""");
        var answer = await response.Content.ReadFromJsonAsync<JsonElement>();

        var results = answer.GetProperty("results").EnumerateArray().ToList();
        Assert.Equal([1, 2], results.Select(result => result.GetProperty("index").GetInt32()));
        Assert.Equal("the longest", results[0].GetProperty("document").GetProperty("text").GetString());
        Assert.True(results[0].GetProperty("relevance_score").GetDouble() > results[1].GetProperty("relevance_score").GetDouble());
        Assert.Equal(20, answer.GetProperty("usage").GetProperty("total_tokens").GetInt32());
    }

    [Fact]
    public async Task Rank_OverGrpc_IsTheSame()
    {
        await using var platform = await Platform.StartAsync();
        var client = new Rerank.RerankClient(platform.Gateway.Invoker());

        var ranked = await client.RankAsync(new RankRequest { Query = "q", Documents = { "a", "longer" } });

        Assert.Equal(["tiny-rerank", "1", "0"], [ranked.Model, .. ranked.Results.Select(result => $"{result.Index}")]);
    }

    [Theory]
    [InlineData("""{"documents":["a"]}""", "query")]
    [InlineData("""{"query":"q"}""", "documents")]
    [InlineData("""{"query":"q","documents":["a"],"max_tokens_per_doc":5}""", "max_tokens_per_doc")]
    [InlineData("""{"query":"q","documents":[{"title":"a"}]}""", "documents[0].title")]
    public async Task Rerank_WrongField_IsRefusedByName(string body, string param)
    {
        await using var platform = await Platform.StartAsync();

        using var response = await platform.PostAsync("/v1/rerank", body);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var error = (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("error");
        Assert.Equal(param, error.GetProperty("param").GetString());
    }
}

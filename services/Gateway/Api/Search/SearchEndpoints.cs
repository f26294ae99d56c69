using Millrace.Contracts.Retrieval.V1;
using Millrace.Gateway.Retrieval;

namespace Millrace.Gateway.Api.Search;

/// <summary><c>POST /v1/search</c> and <c>POST /v1/context</c>: what chats find, for applications that do the rest themselves.</summary>
internal sealed class SearchEndpoints(RetrievalService.RetrievalServiceClient retrieval, JsonBody json)
{
    public async Task<IResult> SearchAsync(HttpContext context)
    {
        using var body = await json.ReadAsync(context.Request, context.RequestAborted);
        var request = SearchRequestReader.ReadSearch(body.RootElement);
        var answer = await retrieval.SearchAsync(request, cancellationToken: context.RequestAborted).InWordsOfTheCallerAsync();
        var found = new SearchAnswerJson(
            "list", [.. answer.Results.Select(SearchResultJson.Of)], [.. answer.Degraded], ExplanationJson.Of(answer.Explanation));
        return ApiResults.Json(found, SearchJsonContext.Default.SearchAnswerJson);
    }

    public async Task<IResult> BuildContextAsync(HttpContext context)
    {
        using var body = await json.ReadAsync(context.Request, context.RequestAborted);
        var request = SearchRequestReader.ReadContext(body.RootElement);
        var answer = await retrieval.BuildContextAsync(request, cancellationToken: context.RequestAborted).InWordsOfTheCallerAsync();
        var built = new ContextJson(
            "context",
            answer.Text,
            (int)answer.TokenCount,
            (int)answer.DroppedCount,
            [.. answer.Passages.Select(Describe)],
            [.. answer.Degraded],
            ExplanationJson.Of(answer.Explanation));
        return ApiResults.Json(built, SearchJsonContext.Default.ContextJson);
    }

    private static ContextPassageJson Describe(ContextPassage passage) =>
        new((int)passage.Number, passage.Score, PassageJson.Of(passage.Passage), [.. passage.ChunkIds]);
}

/// <summary>Maps the endpoints of searches.</summary>
internal static class SearchMapping
{
    public static void MapSearch(this IEndpointRouteBuilder v1)
    {
        v1.MapPost("/search", (HttpContext context, SearchEndpoints search) => search.SearchAsync(context));
        v1.MapPost("/context", (HttpContext context, SearchEndpoints search) => search.BuildContextAsync(context));
    }
}

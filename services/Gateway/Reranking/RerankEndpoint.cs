using System.Text.Json.Serialization;
using Millrace.Contracts.Embedding.V1;
using Millrace.Gateway.Api;
using Millrace.Gateway.Streaming;
using Millrace.ServiceDefaults.Calls;

namespace Millrace.Gateway.Reranking;

/// <summary><c>POST /v1/rerank</c>: documents ordered by a query with a cross-encoder.</summary>
internal sealed class RerankEndpoint(RerankRuntime runtime, JsonBody json)
{
    public async Task<IResult> HandleAsync(HttpContext context)
    {
        using var body = await json.ReadAsync(context.Request, context.RequestAborted);
        var request = RerankRequestReader.Read(body.RootElement);
        var ranked = await runtime.RankAsync(request, context.RequestAborted);
        AnswerHeaders.SetModel(context.Response.Headers, ranked.Model);
        context.ReportUsage((int)ranked.TotalTokens);
        var answer = new RankedJson(
            $"rerank-{CallContext.Current.RequestId}",
            "list",
            ranked.Model,
            [.. ranked.Results.Select(result => Describe(result, request))],
            new RankUsageJson((int)ranked.TotalTokens, (int)ranked.TotalTokens));
        return ApiResults.Json(answer, RankedJsonContext.Default.RankedJson);
    }

    private static RankedResultJson Describe(RerankResult result, RankRequest request) => new(
        (int)result.Index,
        result.Score,
        request.ReturnDocuments ? new RankedDocumentJson(request.Documents[(int)result.Index]) : null);
}

internal sealed record RankedJson(string Id, string Object, string Model, RankedResultJson[] Results, RankUsageJson Usage);

internal sealed record RankedResultJson(int Index, float RelevanceScore, RankedDocumentJson? Document = null);

internal sealed record RankedDocumentJson(string Text);

internal sealed record RankUsageJson(int PromptTokens, int TotalTokens);

/// <summary>Source-generated JSON of ordered documents.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(RankedJson))]
internal sealed partial class RankedJsonContext : JsonSerializerContext;

/// <summary>Registers and maps the ordering of documents.</summary>
internal static class RerankServices
{
    public static void AddRerank(this IServiceCollection services)
    {
        services.AddSingleton<RerankRuntime>();
        services.AddSingleton<RerankEndpoint>();
    }

    public static void MapRerank(this IEndpointRouteBuilder v1) =>
        v1.MapPost("/rerank", (HttpContext context, RerankEndpoint rerank) => rerank.HandleAsync(context));
}

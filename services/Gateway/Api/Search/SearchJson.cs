using System.Text.Json;
using System.Text.Json.Serialization;
using Millrace.Contracts.Retrieval.V1;
using Millrace.Gateway.Api.Documents;

namespace Millrace.Gateway.Api.Search;

internal sealed record PassageJson(
    string ChunkId,
    string Collection,
    string DocumentId,
    int DocumentVersion,
    string Title,
    string[] Breadcrumb,
    string Text,
    int Start,
    int Length,
    int TokenCount,
    int Ordinal,
    JsonElement Metadata,
    long UpdatedAt)
{
    public static PassageJson Of(Passage passage) => new(
        passage.ChunkId,
        passage.Collection,
        passage.DocumentId,
        (int)passage.DocumentVersion,
        passage.Title,
        [.. passage.Breadcrumb],
        passage.Text,
        (int)passage.Start,
        (int)passage.Length,
        (int)passage.TokenCount,
        (int)passage.Ordinal,
        MetadataJson.Parse(passage.MetadataJson),
        passage.UpdatedAt?.Seconds ?? 0);
}

internal sealed record StageScoreJson(string Stage, int Rank, float Score);

internal sealed record SearchResultJson(string Object, float Score, PassageJson Passage, StageScoreJson[]? Stages)
{
    public static SearchResultJson Of(SearchResult result) => new(
        "search.result",
        result.Score,
        PassageJson.Of(result.Passage),
        result.Stages.Count == 0 ? null : [.. result.Stages.Select(Describe)]);

    private static StageScoreJson Describe(StageScore stage) => new(stage.Stage, (int)stage.Rank, stage.Score);
}

internal sealed record RoutedCollectionJson(string Name, float Similarity);

internal sealed record StageReportJson(
    string Stage, string? Collection, string Plan, int CandidateCount, int VisitedCount, float DurationMs);

internal sealed record ExplanationJson(RoutedCollectionJson[] Collections, StageReportJson[] Stages, string[] Degraded)
{
    public static ExplanationJson? Of(SearchExplanation? explanation) => explanation is null ? null : new ExplanationJson(
        [.. explanation.Collections.Select(collection => new RoutedCollectionJson(collection.Name, collection.Similarity))],
        [.. explanation.Stages.Select(Describe)],
        [.. explanation.Degraded]);

    private static StageReportJson Describe(StageReport stage) => new(
        stage.Stage,
        stage.Collection.Length == 0 ? null : stage.Collection,
        stage.Plan,
        (int)stage.CandidateCount,
        (int)stage.VisitedCount,
        stage.DurationMs);
}

internal sealed record SearchAnswerJson(string Object, SearchResultJson[] Data, string[] Degraded, ExplanationJson? Explanation);

internal sealed record ContextPassageJson(int Number, float Score, PassageJson Passage, string[] ChunkIds);

internal sealed record ContextJson(
    string Object,
    string Text,
    int TokenCount,
    int DroppedCount,
    ContextPassageJson[] Data,
    string[] Degraded,
    ExplanationJson? Explanation);

/// <summary>Source-generated JSON of searches.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(SearchAnswerJson))]
[JsonSerializable(typeof(ContextJson))]
internal sealed partial class SearchJsonContext : JsonSerializerContext;

using Millrace.Retrieval.Filtering;
using Millrace.Retrieval.Search;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Retrieval.Tests.Search;

public sealed class SearchQueryRulesTests
{
    private static readonly SearchQuery Fine = new() { Tenant = "t", Collections = ["c"], Text = "q" };

    private static readonly (SearchQuery Query, string Param)[] Refused =
    [
        (Fine with { Collections = [] }, "collections"),
        (Fine with { Collections = [.. Enumerable.Range(0, 17).Select(i => $"c{i}")] }, "collections"),
        (Fine with { Collections = ["no spaces"] }, "collections"),
        (Fine with { Text = " \n" }, "query"),
        (Fine with { Text = new string('q', 8193) }, "query"),
        (Fine with { TopK = 101 }, "top_k"),
        (Fine with { Candidates = 1001 }, "candidates"),
        (Fine with { Variants = [.. Enumerable.Range(0, 9).Select(_ => new QueryWording("v", false, 1))] }, "variants"),
        (Fine with { Variants = [new("v", false, 1), new("", false, 1)] }, "variants[1].text"),
        (Fine with { Variants = [new(new string('v', 8193), true, 1)] }, "variants[0].text"),
        (Fine with { Variants = [new("v", false, -1)] }, "variants[0].weight"),
        (Fine with { Variants = [new("v", false, double.NaN)] }, "variants[0].weight"),
        (Fine with { Fusion = new FusionWish(Constant: -1) }, "fusion.constant"),
        (Fine with { Fusion = new FusionWish(Constant: double.NaN) }, "fusion.constant"),
        (Fine with { Fusion = new FusionWish(Keyword: double.PositiveInfinity) }, "fusion.keyword_weight"),
        (Fine with { Fusion = new FusionWish(Dense: -0.1) }, "fusion.dense_weight"),
        (Fine with { Fusion = new FusionWish(Keyword: 0, Dense: 0) }, "fusion"),
        (Fine with { Filter = new DocumentFilter(null, [""]) }, "access_labels"),
        (Fine with { Filter = new DocumentFilter(null, [.. Enumerable.Range(0, 1025).Select(i => $"{i}")]) }, "access_labels"),
        (Fine with { ScoreMin = double.NaN }, "score_min"),
        (Fine with { SimilarityMin = 1.5 }, "similarity_min"),
        (Fine with { SimilarityMin = double.NaN }, "similarity_min"),
        (Fine with { DiversityLambda = -0.5 }, "diversity_lambda"),
        (Fine with { Decay = new TimeDecay(TimeSpan.FromDays(1), 2, "") }, "time_decay.strength"),
        (Fine with { Decay = new TimeDecay(TimeSpan.FromDays(1), 1, new string('k', 257)) }, "time_decay.key"),
    ];

    [Fact]
    public void RequireValid_NotValid_NamesTheField() => Assert.All(Refused, refused =>
    {
        var error = Assert.Throws<MillraceException>(refused.Query.RequireValid);

        Assert.Equal((Reason.InvalidArgument, refused.Param), (error.Reason, error.Param));
        Assert.StartsWith(refused.Param, error.Message, StringComparison.Ordinal);
    });

    [Fact]
    public void RequireValid_AtTheLimits_IsTaken()
    {
        var query = Fine with
        {
            Collections = [.. Enumerable.Range(0, 16).Select(i => $"c{i}")],
            Text = new string('q', 8192),
            TopK = 100,
            Candidates = 1000,
            Variants = [.. Enumerable.Range(0, 8).Select(_ => new QueryWording("v", true, 0))],
            Fusion = new FusionWish(1, 0, 1),
            ScoreMin = -5,
            SimilarityMin = -1,
            DiversityLambda = 1,
            Decay = TimeDecay.Of(1, 0, "a.b"),
        };

        query.RequireValid();
    }
}

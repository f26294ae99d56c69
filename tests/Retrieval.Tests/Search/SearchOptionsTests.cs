using Millrace.Retrieval.Search;

namespace Millrace.Retrieval.Tests.Search;

public sealed class SearchOptionsTests
{
    [Fact]
    public void Validate_Defaults_AreFine()
    {
        Assert.Empty(new SearchOptions().Validate());
    }

    [Fact]
    public void Validate_EveryMistake_IsToldWithItsSetting()
    {
        var options = new SearchOptions
        {
            Mode = (SearchMode)7, RerankCandidates = 0, RerankWeight = 1.5, FusionConstant = 0, KeywordWeight = -1,
            TitleWeight = double.NaN, ParallelRankings = 0, RoutingVectorsMax = 0,
        };

        Assert.Equal(
            [
                "Mode", "RerankCandidates", "RerankWeight", "FusionConstant", "KeywordWeight", "TitleWeight", "ParallelRankings",
                "RoutingVectorsMax",
            ],
            options.Validate().Select(error => error["Search:".Length..error.IndexOf(' ', StringComparison.Ordinal)]));
    }
}

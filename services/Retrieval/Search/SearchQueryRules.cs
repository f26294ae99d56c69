using Millrace.Retrieval.Ingestion;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Retrieval.Search;

/// <summary>Which queries are valid.</summary>
internal static class SearchQueryRules
{
    private const int CollectionsMax = 16;
    private const int TextCharsMax = 8192;
    private const int ModelCharsMax = 256;
    private const int TopKMax = 100;
    private const int CandidatesMax = 1000;
    private const int VariantsMax = 8;
    private const double WeightMax = 1000;
    private const int LabelsMax = 1024;
    private const int LabelCharsMax = 128;

    /// <summary>Refuses a query that is not valid.</summary>
    /// <exception cref="MillraceException">Says which field and what to do.</exception>
    public static void RequireValid(this SearchQuery query)
    {
        RequireCollections(query);
        RequireText(query.Text, "query");
        Require(
            query.VectorModel.Length <= ModelCharsMax,
            "query_vector_model",
            $"query_vector_model has {query.VectorModel.Length} characters. Give a model's name, of at most {ModelCharsMax}.");
        RequireCounts(query);
        RequireVariants(query.Variants);
        RequireFusion(query.Fusion);
        RequireLabels(query.Filter.HeldLabels);
        RequireThresholds(query);
        query.Decay?.RequireValid();
    }

    private static void RequireCollections(SearchQuery query)
    {
        Require(
            query.Collections.Count is > 0 and <= CollectionsMax,
            "collections", $"collections has {query.Collections.Count} names. Give 1 to {CollectionsMax}.");
        foreach (var name in query.Collections) UploadRules.RequireCollectionName(name, "collections");
    }

    private static void RequireText(string text, string param)
    {
        Require(!string.IsNullOrWhiteSpace(text), param, $"{param} is empty. Say what to search for.");
        Require(text.Length <= TextCharsMax, param, $"{param} has {text.Length} characters. Shorten it to {TextCharsMax}.");
    }

    private static void RequireCounts(SearchQuery query)
    {
        Require(
            query.TopK is >= 1 and <= TopKMax, "top_k", $"top_k is {query.TopK}. Set it to 1 to {TopKMax}, or 0 for the default.");
        Require(
            query.Candidates is >= 1 and <= CandidatesMax,
            "candidates", $"candidates is {query.Candidates}. Set it to 1 to {CandidatesMax}, or 0 for the default.");
    }

    private static void RequireVariants(IReadOnlyList<QueryWording> variants)
    {
        Require(variants.Count <= VariantsMax, "variants", $"variants has {variants.Count} entries. Give at most {VariantsMax}.");
        for (var i = 0; i < variants.Count; i++)
        {
            RequireText(variants[i].Text, $"variants[{i}].text");
            RequireWeight(variants[i].Weight, $"variants[{i}].weight");
        }
    }

    private static void RequireFusion(FusionWish fusion)
    {
        Require(
            fusion.Constant is null or (> 0 and <= 10_000),
            "fusion.constant", $"fusion.constant is {fusion.Constant}. Set it to more than 0 and at most 10000, or 0 for the default.");
        RequireWeight(fusion.Keyword ?? 1, "fusion.keyword_weight");
        RequireWeight(fusion.Dense ?? 1, "fusion.dense_weight");
        Require(
            fusion is not { Keyword: 0, Dense: 0 },
            "fusion", "fusion.keyword_weight and fusion.dense_weight are both 0. Set one to more.");
    }

    private static void RequireLabels(IReadOnlyList<string> labels)
    {
        Require(labels.Count <= LabelsMax, "access_labels", $"access_labels has {labels.Count} entries. Give at most {LabelsMax}.");
        Require(
            labels.All(label => label.Length is > 0 and <= LabelCharsMax),
            "access_labels",
            $"access_labels has a label that is empty or longer than {LabelCharsMax} characters. No document can have it.");
    }

    private static void RequireThresholds(SearchQuery query)
    {
        Require(double.IsFinite(query.ScoreMin ?? 0), "score_min", "score_min is not a finite number.");
        Require(
            query.SimilarityMin is null or (>= -1 and <= 1),
            "similarity_min", $"similarity_min is {query.SimilarityMin}. A cosine similarity is -1 to 1.");
        Require(
            query.DiversityLambda is null or (>= 0 and <= 1),
            "diversity_lambda", $"diversity_lambda is {query.DiversityLambda}. Set it to 0 (variety alone) to 1 (relevance alone).");
    }

    private static void RequireWeight(double weight, string param) =>
        Require(weight is >= 0 and <= WeightMax, param, $"{param} is {weight}. Set it to 0 to {WeightMax}.");

    private static void Require(bool isValid, string param, string message)
    {
        if (!isValid) throw MillraceException.InvalidArgument(param, message);
    }
}

using System.Text.Json;
using Millrace.Contracts.Retrieval.V1;
using Millrace.Gateway.Api;
using Millrace.Gateway.Api.Search;
using Millrace.Gateway.Runtime;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Assistants;

/// <summary>How an assistant searches; section <c>Assistants:{name}:Retrieval</c>. What is unset takes the platform's default.</summary>
public sealed class AssistantRetrieval
{
    private const string FilterKey = "Retrieval:Filter";

    /// <summary>Which documents it searches, as the JSON of the API's <c>filter</c>; a request's own filter applies as well.</summary>
    public string Filter { get; set; } = string.Empty;

    /// <summary>Labels that its users hold, where a request names none.</summary>
    public IList<string> AccessLabels { get; } = [];

    /// <summary>Whether the last message is first turned into a question that needs no history.</summary>
    public bool? Rewrite { get; set; }

    /// <summary>How many other wordings of the question the model writes; at most 4.</summary>
    public int? MultiQuery { get; set; }

    /// <summary>Whether the model writes an answer as it might stand in a document.</summary>
    public bool? HypotheticalPassage { get; set; }

    /// <summary>In which order the context shows its passages.</summary>
    public ContextOrder? Order { get; set; }

    /// <summary>Chunks on each side of a found one; at most 8.</summary>
    public int? NeighbourChunks { get; set; }

    /// <summary>After this many days half of a document's weight is left; unset for no decay.</summary>
    public float? HalfLifeDays { get; set; }

    /// <summary>Maximal marginal relevance, 0 to 1; unset for off.</summary>
    public float? DiversityLambda { get; set; }

    /// <summary>Passages below this score are left out; unset for none.</summary>
    public float? ScoreMin { get; set; }

    /// <summary>Most collections that are searched; unset for all.</summary>
    public int? CollectionsMax { get; set; }

    /// <summary>All errors, each with its remedy.</summary>
    public IEnumerable<string> Validate()
    {
        if (FilterError() is { } error) yield return error;
        if (AccessLabels.Count > RetrievalFields.LabelsMax
            || AccessLabels.Any(label => label.Length is 0 or > RetrievalFields.LabelCharsMax))
            yield return "Retrieval:AccessLabels must be at most 64 labels of 1 to 128 characters.";
        if (MultiQuery is < 0 or > 4) yield return "Retrieval:MultiQuery must be from 0 to 4.";
        if (NeighbourChunks is < 0 or > 8) yield return "Retrieval:NeighbourChunks must be from 0 to 8.";
        if (HalfLifeDays is not (null or > 0 and <= RetrievalFields.HalfLifeDaysMax))
            yield return $"Retrieval:HalfLifeDays must be above 0 and at most {RetrievalFields.HalfLifeDaysMax}.";
        if (DiversityLambda is not (null or >= 0 and <= 1)) yield return "Retrieval:DiversityLambda must be from 0 to 1.";
        if (CollectionsMax is < 1 or > 16) yield return "Retrieval:CollectionsMax must be from 1 to 16.";
    }

    /// <summary>As settings of a request.</summary>
    public RetrievalSettings ToSettings() => new()
    {
        Filter = Filter.Length == 0 ? null : ReadFilter(),
        AccessLabels = AccessLabels.Count == 0 ? null : [.. AccessLabels],
        Rewrite = Rewrite,
        MultiQuery = MultiQuery,
        HypotheticalPassage = HypotheticalPassage,
        Order = Order,
        NeighbourChunks = NeighbourChunks,
        TimeDecay = HalfLifeDays is { } days ? new TimeDecay { HalfLifeDays = days } : null,
        DiversityLambda = DiversityLambda,
        ScoreMin = ScoreMin,
        CollectionsMax = CollectionsMax,
    };

    private Filter ReadFilter()
    {
        using var json = JsonDocument.Parse(Filter);
        return FilterReader.Read(new JsonField(FilterKey, FilterKey, json.RootElement));
    }

    private string? FilterError()
    {
        if (Filter.Length == 0) return null;
        try
        {
            ReadFilter();
            return null;
        }
        catch (MillraceException error)
        {
            return error.Message;
        }
        catch (JsonException)
        {
            return $"{FilterKey} is not valid JSON. Write it as the API's 'filter'.";
        }
    }
}

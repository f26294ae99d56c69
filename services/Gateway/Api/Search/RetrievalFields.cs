using System.Globalization;
using System.Text.RegularExpressions;
using Millrace.Contracts.Retrieval.V1;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Api.Search;

/// <summary>Fields that searches and chats have in common.</summary>
internal static partial class RetrievalFields
{
    /// <summary>Most labels of a caller or a document.</summary>
    public const int LabelsMax = 64;

    /// <summary>Most characters of a label.</summary>
    public const int LabelCharsMax = 128;

    /// <summary>Largest weight of a ranking.</summary>
    public const double WeightMax = 1000;

    /// <summary>Longest half-life of a document's weight, in days.</summary>
    public const int HalfLifeDaysMax = 36_500;

    private const int KeyCharsMax = 256;
    private const int CollectionsMax = 16;

    public static IReadOnlyList<string> Collections(JsonField field) => [.. field.Items(1, CollectionsMax).Select(CollectionName)];

    public static string CollectionName(JsonField field) => CollectionName().IsMatch(field.Text())
        ? field.Text()
        : throw field.Invalid("must be a collection's name: 1 to 64 letters, digits, hyphens, underscores and dots");

    public static IReadOnlyList<string> Labels(JsonField field) =>
        [.. field.Items(0, LabelsMax).Select(item => NotEmpty(item, LabelCharsMax))];

    public static float Real(JsonField field, double min = float.MinValue, double max = float.MaxValue) => (float)field.Number(min, max);

    public static uint Count(JsonField field, int min, int max) => (uint)field.Integer(min, max);

    public static TimeDecay TimeDecay(JsonField decay)
    {
        var settings = new TimeDecay();
        foreach (var field in decay.Properties().Where(field => !field.IsNull))
        {
            if (field.Name == "half_life_days") settings.HalfLifeDays = Above0(field, HalfLifeDaysMax);
            else if (field.Name == "strength") settings.Strength = Above0(field, 1);
            else if (field.Name == "key") settings.Key = field.Text(KeyCharsMax);
            else throw field.Unknown();
        }

        return settings.HalfLifeDays > 0 ? settings : throw decay.Missing("half_life_days");
    }

    public static ContextOrder Order(JsonField field) => field.Text() switch
    {
        "relevance" => ContextOrder.Relevance,
        "document" => ContextOrder.Document,
        "edges" => ContextOrder.Edges,
        _ => throw field.Invalid("must be relevance, document or edges"),
    };

    public static string NotEmpty(JsonField field, int charsMax) =>
        field.Text(charsMax) is { Length: > 0 } text ? text : throw field.Invalid("must not be empty");

    /// <exception cref="MillraceException">It is 0 or less, or above the limit.</exception>
    public static float Above0(JsonField field, double max) => Real(field) is > 0 and var value && value <= max
        ? value
        : throw field.Invalid(string.Create(CultureInfo.InvariantCulture, $"must be above 0 and at most {max}"));

    [GeneratedRegex(@"^[A-Za-z0-9._-]{1,64}\z")]
    private static partial Regex CollectionName();
}

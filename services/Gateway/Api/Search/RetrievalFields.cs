using Millrace.Contracts.Retrieval.V1;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Api.Search;

/// <summary>Fields that searches and chats have in common.</summary>
internal static class RetrievalFields
{
    /// <summary>Most labels of a caller or a document.</summary>
    public const int LabelsMax = 64;

    /// <summary>Most characters of a label.</summary>
    public const int LabelCharsMax = 128;

    private const int NameCharsMax = 256;
    private const int KeyCharsMax = 256;
    private const int CollectionsMax = 16;

    public static IReadOnlyList<string> Collections(JsonField field) =>
        [.. field.Items(1, CollectionsMax).Select(item => NotEmpty(item, NameCharsMax))];

    public static IReadOnlyList<string> Labels(JsonField field) =>
        [.. field.Items(0, LabelsMax).Select(item => NotEmpty(item, LabelCharsMax))];

    public static float Real(JsonField field, double min = float.MinValue, double max = float.MaxValue) => (float)field.Number(min, max);

    public static uint Count(JsonField field, int min, int max) => (uint)field.Integer(min, max);

    public static TimeDecay TimeDecay(JsonField decay)
    {
        var settings = new TimeDecay();
        foreach (var field in decay.Properties().Where(field => !field.IsNull))
        {
            if (field.Name == "half_life_days") settings.HalfLifeDays = Above0(field);
            else if (field.Name == "strength") settings.Strength = Real(field, 0, 1);
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

    /// <exception cref="MillraceException">It is 0 or less.</exception>
    public static float Above0(JsonField field) => Real(field, 0) is > 0 and var value ? value : throw field.Invalid("must be above 0");
}

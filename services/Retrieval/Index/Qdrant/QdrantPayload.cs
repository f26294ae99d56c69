using System.Text.Json;
using Millrace.Retrieval.Filtering;
using Qdrant.Client.Grpc;

namespace Millrace.Retrieval.Index.Qdrant;

/// <summary>What is stored with each chunk of a document: all that decides whether it may be found, in the form that
/// <see cref="QdrantFilters"/> asks for.</summary>
internal static class QdrantPayload
{
    /// <summary>The payload of a document's chunks.</summary>
    public static IReadOnlyDictionary<string, Value> Of(DocumentAttributes document)
    {
        var payload = new Dictionary<string, Value>(StringComparer.Ordinal)
        {
            [QdrantFields.Document] = document.Document,
            [QdrantFields.Labels] = document.AccessLabels.Count == 0
                ? new[] { QdrantFields.Public }
                : document.AccessLabels.Select(QdrantFields.Label).ToArray(),
        };
        var instants = new Struct();
        foreach (var key in DocumentKeys.All)
        {
            var values = MetadataValues.Of(document, key).ToList();
            payload[QdrantFields.OwnField(key)!] = ValueOf(values);
            if (key != DocumentKeys.UpdatedAt) PutInstants(instants, key, values);
        }

        AddMetadata(payload, document, instants);
        if (instants.Fields.Count > 0) payload[QdrantFields.Instants] = new Value { StructValue = instants };
        return payload;
    }

    private static void AddMetadata(Dictionary<string, Value> payload, DocumentAttributes document, Struct instants)
    {
        var metadata = new Struct();
        List<string> keys = [];
        foreach (var key in KeysOf(document.Metadata, prefix: ""))
        {
            if (MetadataValues.Exists(document, key)) keys.Add(key);
            var values = MetadataValues.Of(document, key).ToList();
            if (values.Count == 0) continue;
            Put(metadata, key, ValueOf(values));
            PutInstants(instants, key, values);
        }

        if (keys.Count > 0) payload[QdrantFields.Keys] = keys.ToArray();
        if (metadata.Fields.Count > 0) payload[QdrantFields.Metadata] = new Value { StructValue = metadata };
    }

    // All paths. No filter can name a key with a dot, and the platform's own go before those of the same name.
    private static IEnumerable<string> KeysOf(JsonElement element, string prefix)
    {
        if (element.ValueKind != JsonValueKind.Object) yield break;
        var names = element.EnumerateObject().Select(property => property.Name).Distinct(StringComparer.Ordinal);
        foreach (var name in names.Where(name => !name.Contains('.', StringComparison.Ordinal)))
        {
            var key = prefix + name;
            if (QdrantFields.OwnField(key) is null) yield return key;
            foreach (var inner in KeysOf(element.GetProperty(name), key + ".")) yield return inner;
        }
    }

    private static void PutInstants(Struct instants, string key, IEnumerable<FilterValue> values)
    {
        List<FilterValue> times = [];
        foreach (var value in values)
            if (Instants.TryParse(value.Text, out var time)) times.Add(FilterValue.Of(Instants.Format(time)));
        if (times.Count > 0) Put(instants, key, ValueOf(times));
    }

    private static void Put(Struct root, string key, Value value)
    {
        var steps = QdrantFields.Steps(key).ToList();
        foreach (var step in steps.SkipLast(1))
        {
            if (!root.Fields.TryGetValue(step, out var inner)) root.Fields[step] = inner = new Value { StructValue = new Struct() };
            root = inner.StructValue;
        }

        root.Fields[steps[^1]] = value;
    }

    private static Value ValueOf(List<FilterValue> values) =>
        values.Count == 1 ? ValueOf(values[0]) : values.Select(ValueOf).ToArray();

    // Every number has a fraction: the two kinds that Qdrant has compare differently. Its JSON knows no infinity.
    private static Value ValueOf(FilterValue value)
    {
        if (value.Text is { } text) return text;
        return value.Number is { } number ? Finite(number) : value.Boolean!.Value;
    }

    /// <summary>The nearest number that JSON has.</summary>
    internal static double Finite(double number) => Math.Clamp(number, double.MinValue, double.MaxValue);
}

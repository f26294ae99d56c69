using Google.Protobuf.Collections;
using Qdrant.Client.Grpc;

namespace Millrace.QdrantServer;

/// <summary>Finds the values of a payload field by Qdrant's paths: keys with dots between them, in quotes where they have other characters
/// than letters, digits, _ and -; <c>[]</c> behind a key for every element of a list.</summary>
internal static class FakePaths
{
    /// <summary>The values at a path. A list there gives its elements; a missing field gives none.</summary>
    public static IReadOnlyList<Value> ValuesOf(PointStruct point, string path) =>
        [.. Find(point, path).SelectMany(value => value.KindCase == Value.KindOneofCase.ListValue ? value.ListValue.Values : [value])];

    /// <summary>What is at a path, lists as they are.</summary>
    public static IEnumerable<Value> Find(PointStruct point, string path)
    {
        var steps = Parse(path);
        IEnumerable<Value> found = point.Payload.TryGetValue(steps[0]!, out var first) ? [first] : [];
        return steps.Skip(1).Aggregate(found, (values, step) => values.SelectMany(value => Step(value, step)).ToList());
    }

    /// <summary>The steps of a path; null for every element of a list.</summary>
    /// <exception cref="FormatException">It is not a path.</exception>
    public static IReadOnlyList<string?> Parse(string path)
    {
        List<string?> steps = [];
        var position = 0;
        while (position < path.Length || steps.Count == 0)
        {
            if (steps.Count > 0 && path.AsSpan(position).StartsWith("[]"))
            {
                steps.Add(null);
                position += 2;
                continue;
            }

            if (steps.Count > 0 && path[position++] != '.') throw NotAPath(path);
            steps.Add(ReadKey(path, ref position));
        }

        return steps;
    }

    private static string ReadKey(string path, ref int position)
    {
        var start = position;
        if (position < path.Length && path[position] == '"')
        {
            var end = path.IndexOf('"', position + 1);
            if (end < 0 || path.AsSpan(start, end - start).Contains('\\')) throw NotAPath(path);
            position = end + 1;
            return path[(start + 1)..end];
        }

        while (position < path.Length && (char.IsLetterOrDigit(path[position]) || path[position] is '_' or '-')) position++;
        return position > start ? path[start..position] : throw NotAPath(path);
    }

    private static RepeatedField<Value> Step(Value value, string? step)
    {
        if (step is null) return value.KindCase == Value.KindOneofCase.ListValue ? value.ListValue.Values : [];
        var isObject = value.KindCase == Value.KindOneofCase.StructValue;
        return isObject && value.StructValue.Fields.TryGetValue(step, out var found) ? [found] : [];
    }

    private static FormatException NotAPath(string path) => new($"'{path}' is not a path.");
}

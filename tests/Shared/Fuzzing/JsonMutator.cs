using System.Text;
using System.Text.Json.Nodes;

namespace Millrace.TestShared.Fuzzing;

/// <summary>
/// Changes a valid body of JSON in one place, as broken clients and bad people do: other types, values out of range, nothing where there
/// was something, fields twice, text that is no Unicode, bytes that are no text. The same seed makes the same changes.
/// </summary>
public sealed class JsonMutator(string valid, int seed)
{
    private const string Place = "@place@";
    private const string Stranger = "zz_unknown";

    // Values as they stand in the text.
    private static readonly string[] Values =
    [
        "null", "true", "false", "0", "-1", "1.5", "1e999", "-1e999", "1e-400", "99999999999999999999",
        "-9223372036854775808", "2147483648", "\"\"", "\" \"", "\"text\"", "\"\\ud800\"", "\"\\udc00\\ud800\"", "\"a\\u0000b\"",
        "\"../../etc/passwd\"", "[]", "{}", "[null]", "[[]]",
        "[{}]", "{\"a\":null}", "{\"type\":5}", "[1,\"a\",null,true]", $"\"{new string('x', 20_000)}\"",
        $"[{string.Join(',', Enumerable.Repeat("\"a\"", 3000))}]",
    ];

    // What JSON does not know, or is refused for the sake of the whole body.
    private static readonly string[] NoValues =
    [
        "NaN", "-Infinity", "undefined", "01", "'a'", "\"\t\"", "\"\\x\"", "{,}", "[1,]", "+1", "", Deep(25), Deep(5000),
        "{\"\\ud800\":1}",
    ];

    private static readonly string[] Wholes = ["", " ", "null", "true", "5", "\"x\"", "[]", "{}", "[{}]", "{\"a\"", "\0", "{}{}"];

    private readonly Random _random = new(seed);

    /// <summary>The next change.</summary>
    public Mutation Next() => _random.Next(10) switch
    {
        0 => OfText(),
        1 => OfBytes(),
        2 => Doubled(),
        3 => Removed(),
        4 => Estranged(),
        _ => Replaced(),
    };

    private Mutation Replaced()
    {
        var (node, path) = Pick();
        var isValue = _random.Next(8) > 0;
        var value = Choose(isValue ? Values : NoValues);
        var text = Put(node, value);
        return new($"{path} is {Short(value)}", Encoding.UTF8.GetBytes(text), isValue ? TopOf(path) : null);
    }

    private Mutation Doubled()
    {
        var (node, path) = Pick();
        if (node.Parent is not JsonObject) return Replaced();
        var value = node.ToJsonString();
        return new($"{path} twice", Encoding.UTF8.GetBytes(Put(node, $"{value},\"{node.GetPropertyName()}\":{value}")));
    }

    private Mutation Estranged()
    {
        var (node, path) = Pick();
        if (node.Parent is not JsonObject) return Replaced();
        var top = path.Contains('.', StringComparison.Ordinal) ? TopOf(path) : Stranger;
        return new($"a stranger beside {path}", Encoding.UTF8.GetBytes(Put(node, $"{node.ToJsonString()},\"{Stranger}\":1")), top);
    }

    private Mutation Removed()
    {
        var (node, path) = Pick();
        var root = node.Root;
        if (node.Parent is JsonObject parent) parent.Remove(node.GetPropertyName());
        else node.Parent!.AsArray().Remove(node);
        return new($"{path} is left out", Encoding.UTF8.GetBytes(root.ToJsonString()), TopOf(path));
    }

    private Mutation OfText()
    {
        if (_random.Next(3) == 0) return new("another body", Encoding.UTF8.GetBytes(Choose(Wholes)));
        var end = _random.Next(valid.Length);
        return new($"cut off at {end}", Encoding.UTF8.GetBytes(valid[..end]));
    }

    private Mutation OfBytes()
    {
        var bytes = Encoding.UTF8.GetBytes(valid);
        var at = _random.Next(bytes.Length);
        return _random.Next(4) switch
        {
            0 => new("UTF-16", Encoding.Unicode.GetBytes(valid)),
            1 => new("a byte order mark", [0xEF, 0xBB, 0xBF, .. bytes]),
            2 => new($"Latin-1 at {at}", [.. bytes[..at], 0xE9, .. bytes[at..]]),
            _ => new($"an overlong byte at {at}", [.. bytes[..at], 0xC0, 0xAF, .. bytes[at..]]),
        };
    }

    /// <summary>Any value below the root, with its path.</summary>
    private (JsonNode Node, string Path) Pick()
    {
        List<(JsonNode, string)> all = [];
        Collect(JsonNode.Parse(valid)!, all);
        return all[_random.Next(all.Count)];
    }

    private static void Collect(JsonNode node, List<(JsonNode, string)> all)
    {
        if (node.Parent is not null) all.Add((node, node.GetPath()[2..]));
        var children = node switch
        {
            JsonObject found => found.Select(pair => pair.Value),
            JsonArray found => found,
            _ => [],
        };
        foreach (var child in children)
            if (child is not null) Collect(child, all);
    }

    private static string Put(JsonNode node, string value)
    {
        var root = node.Root;
        node.ReplaceWith(Place);
        return root.ToJsonString().Replace($"\"{Place}\"", value, StringComparison.Ordinal);
    }

    private static string Deep(int levels) => $"{new string('[', levels)}{new string(']', levels)}";

    private static string TopOf(string path) => path.Split('.', '[')[0];

    private static string Short(string value) => value.Length <= 40 ? value : $"{value[..40]}... ({value.Length} characters)";

    private string Choose(string[] values) => values[_random.Next(values.Length)];
}

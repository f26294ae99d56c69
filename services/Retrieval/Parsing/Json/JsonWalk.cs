using System.Text;
using System.Text.Json;

namespace Millrace.Retrieval.Parsing.Json;

/// <summary>One walk over the values of a JSON document.</summary>
internal sealed class JsonWalk(DocumentTextBuilder builder)
{
    // Deeper objects are small, and a section of their own would tear them from what they belong to.
    private const int SectionLevelsMax = 3;

    // A longer list of plain values is more than one thing, so each value gets a line.
    private const int InlineCharsMax = 400;

    private static readonly string[] TitleNames = ["title", "name"];

    private readonly StringBuilder _path = new();

    /// <summary>Adds a document.</summary>
    public void Root(JsonElement root)
    {
        SuggestTitle(root);
        if (root.ValueKind == JsonValueKind.Object) Section(root, level: 1);
        else if (root.ValueKind == JsonValueKind.Array) Array(root);
        else builder.AddLine(Text(root));
    }

    /// <summary>Adds a value as a paragraph of its own.</summary>
    public void Record(JsonElement value)
    {
        var record = builder.Detached();
        new JsonWalk(record).Flat(value, depth: 0);
        builder.AddParagraph(record.BuildText());
    }

    private void SuggestTitle(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object) return;
        foreach (var member in root.EnumerateObject())
            if (member.Value.ValueKind == JsonValueKind.String && TitleNames.Contains(Name(member)))
                builder.SuggestTitle(Text(member.Value));
    }

    // Plain values first: what comes after a section's heading would belong to that section.
    private void Section(JsonElement value, int level)
    {
        foreach (var member in value.EnumerateObject())
            if (!IsSection(member.Value, level)) Member(Name(member), member.Value, depth: 0);
        foreach (var member in value.EnumerateObject())
        {
            if (!IsSection(member.Value, level)) continue;
            builder.AddHeading(level, Name(member));
            if (member.Value.ValueKind == JsonValueKind.Object) Section(member.Value, level + 1);
            else Array(member.Value);
            builder.EndParts(level);
        }
    }

    private static bool IsSection(JsonElement value, int level) =>
        level <= SectionLevelsMax
        && ((value.ValueKind == JsonValueKind.Object && value.EnumerateObject().Any())
            || (value.ValueKind == JsonValueKind.Array && value.EnumerateArray().Any(IsContainer)));

    private void Array(JsonElement array)
    {
        foreach (var element in array.EnumerateArray()) Record(element);
    }

    private void Flat(JsonElement value, int depth)
    {
        builder.Budget.RequireDepth(depth);
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var member in value.EnumerateObject()) Member(Name(member), member.Value, depth + 1);
                break;
            case JsonValueKind.Array when !value.EnumerateArray().Any(IsContainer) && Inline(value) is { } values:
                Line(values);
                break;
            case JsonValueKind.Array:
                foreach (var element in value.EnumerateArray()) Flat(element, depth + 1);
                break;
            default:
                Line(Text(value));
                break;
        }
    }

    private void Member(string name, JsonElement value, int depth)
    {
        var length = _path.Length;
        if (length > 0) _path.Append('.');
        _path.Append(name);
        Flat(value, depth);
        _path.Length = length;
    }

    private void Line(string value)
    {
        if (value.Length > 0) builder.AddLine(_path.Length == 0 ? value : $"{_path}: {value}");
    }

    private static string? Inline(JsonElement array)
    {
        var values = new StringBuilder();
        foreach (var element in array.EnumerateArray())
        {
            if (values.Length > 0) values.Append(", ");
            values.Append(Text(element));
            if (values.Length > InlineCharsMax) return null;
        }

        return values.ToString();
    }

    private static bool IsContainer(JsonElement value) => value.ValueKind is JsonValueKind.Object or JsonValueKind.Array;

    private static string Name(JsonProperty member)
    {
        try
        {
            return Whitespace.Collapse(member.Name);
        }
        catch (InvalidOperationException)
        {
            return "\uFFFD";
        }
    }

    // An escape can name half a character, which no string can hold; the rest of the value is kept as it is written.
    private static string Text(JsonElement value)
    {
        try
        {
            return value.ValueKind switch
            {
                JsonValueKind.String => value.GetString()!.Trim(),
                JsonValueKind.Null => "",
                _ => value.GetRawText(),
            };
        }
        catch (InvalidOperationException)
        {
            return value.GetRawText().Trim('"');
        }
    }
}

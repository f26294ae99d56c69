using System.Text.Json;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Runtime;

/// <summary>What both doors demand of tools, by the names that fields have in both.</summary>
internal static class ToolRules
{
    /// <summary>Most tools of a request, and most calls of a message.</summary>
    public const int CountMax = 128;

    /// <summary>Most characters of a name.</summary>
    public const int NameLengthMax = 64;

    /// <summary>Most characters of a call's id.</summary>
    public const int IdLengthMax = 256;

    /// <summary>Most characters of a description.</summary>
    public const int DescriptionLengthMax = 16 * 1024;

    /// <summary>What a name must be, behind the name of its field.</summary>
    public const string NameRule = "must be 1 to 64 letters, digits, underscores and hyphens";

    /// <summary>Whether a tool or a schema may have this name.</summary>
    public static bool IsName(string name) =>
        name.Length is > 0 and <= NameLengthMax && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-');

    /// <summary>Whether a text is a JSON object.</summary>
    public static bool IsObject(string text)
    {
        try
        {
            using var json = JsonDocument.Parse(text);
            return json.RootElement.ValueKind == JsonValueKind.Object;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>Refuses two tools of one name.</summary>
    /// <param name="tools">The tools.</param>
    /// <param name="path">Where the door has the name of a tool, behind its index.</param>
    public static void RequireDistinct(IReadOnlyList<ChatTool> tools, string path)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < tools.Count; i++)
            if (!names.Add(tools[i].Name))
                throw Invalid($"tools[{i}].{path}", $"is '{tools[i].Name}', the name of a tool before it. Give each its own.");
    }

    /// <summary>Refuses a choice that the tools do not allow.</summary>
    /// <param name="choice">The choice.</param>
    /// <param name="tools">The tools.</param>
    /// <param name="path">Where the door has the name of the chosen tool.</param>
    public static void Check(ChatToolChoice choice, IReadOnlyList<ChatTool> tools, string path)
    {
        if (choice.Mode is ChatToolMode.Auto or ChatToolMode.None) return;
        if (tools.Count == 0) throw Invalid("tool_choice", "asks for a call, and there are no tools. Send 'tools'.");
        if (choice.Mode == ChatToolMode.Named && tools.All(tool => tool.Name != choice.Name))
            throw Invalid(path, "is the name of none of the tools. Name one of 'tools'.");
    }

    private static MillraceException Invalid(string param, string what) =>
        MillraceException.InvalidArgument(param, $"'{param}' {what}");
}

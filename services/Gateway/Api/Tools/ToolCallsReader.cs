using Millrace.Gateway.Runtime;

namespace Millrace.Gateway.Api.Tools;

/// <summary>The calls in a message of the assistant, as an answer had them.</summary>
internal static class ToolCallsReader
{
    /// <summary>Reads the calls.</summary>
    /// <exception cref="ServiceDefaults.Errors.MillraceException">One is wrong or not supported; the exception names the field.</exception>
    public static IReadOnlyList<ChatToolCall> Read(JsonField field) => [.. field.Items(0, ToolRules.CountMax).Select(ReadCall)];

    /// <summary>The id of a call.</summary>
    public static string Id(JsonField field) =>
        field.Text(ToolRules.IdLengthMax) is { Length: > 0 } id ? id : throw field.Invalid("must not be empty");

    private static ChatToolCall ReadCall(JsonField call)
    {
        string? id = null;
        JsonField? function = null;
        foreach (var field in call.Properties())
        {
            if (field.Name == "id") id = Id(field);
            else if (field.Name == "function") function = field;
            else if (field.Name != "type") throw field.Unknown();
            else if (field.Text() != "function") throw field.Unsupported("must be \"function\": custom tools are not supported.");
        }

        var (name, arguments) = ReadFunction(function ?? throw call.Missing("function"));
        return new ChatToolCall(id ?? throw call.Missing("id"), name, arguments);
    }

    private static (string Name, string Arguments) ReadFunction(JsonField function)
    {
        string? name = null;
        string? arguments = null;
        foreach (var field in function.Properties())
        {
            if (field.Name == "name") name = ToolsReader.Name(field);
            else if (field.Name == "arguments") arguments = field.Text();
            else throw field.Unknown();
        }

        return (name ?? throw function.Missing("name"), arguments ?? throw function.Missing("arguments"));
    }
}

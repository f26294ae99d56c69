using System.Collections.Frozen;
using System.Text.Json;

namespace Millrace.Gateway.Api;

/// <summary>
/// Parameters of OpenAI's chat completions that change nothing here: labels for the operator, and those of which only the form that
/// asks for nothing is accepted. Any other form is refused by name.
/// </summary>
internal static class ChatNeutralParameters
{
    private const string NoFunctionCall = "is supported as \"none\" or \"auto\" only, which change nothing. Use 'tool_choice'.";
    private const string NoFunctions = "is not supported. Send the same as 'tools'.";

    private static readonly FrozenDictionary<string, Action<JsonField>> Table = new Dictionary<string, Action<JsonField>>
    {
        ["user"] = field => field.Text(1024),
        ["safety_identifier"] = field => field.Text(1024),
        ["prompt_cache_key"] = field => field.Text(1024),
        ["metadata"] = CheckMetadata,
        ["audio"] = field => throw field.Unsupported("is not supported: answers are text. Leave it out."),
        ["function_call"] = field => RequireText(field, NoFunctionCall, "none", "auto"),
        ["functions"] = field => RequireEmpty(field, NoFunctions),
        ["modalities"] = CheckModalities,
        ["moderation"] = field => throw field.Unsupported("is not supported: the operator's guard policy applies. Leave it out."),
        ["prediction"] = field => throw field.Unsupported("is not supported. Leave it out."),
        ["prompt_cache_options"] = field => throw field.Unsupported("is not supported: prefixes are cached by themselves. Leave it out."),
        ["prompt_cache_retention"] = field => RequireText(field, "is supported as \"in_memory\" only.", "in_memory", "in-memory"),
        ["reasoning_effort"] = field => RequireText(field, "is supported as \"none\" only: the models here do not reason apart.", "none"),
        ["service_tier"] = field => RequireText(field, "is supported as \"auto\" or \"default\" only.", "auto", "default"),
        ["store"] = CheckStore,
        ["verbosity"] = field => RequireText(field, "is supported as \"medium\" only.", "medium"),
        ["web_search_options"] = field => throw field.Unsupported("is not supported. Use 'millrace.collections' to answer from documents."),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The parameters that are known and change nothing.</summary>
    public static IEnumerable<string> Names => Table.Keys;

    /// <summary>Accepts a field that changes nothing.</summary>
    /// <exception cref="ServiceDefaults.Errors.MillraceException">It would change something, or nobody knows it.</exception>
    public static void Check(JsonField field)
    {
        if (!Table.TryGetValue(field.Name, out var check)) throw field.Unknown();
        if (!field.IsNull) check(field);
    }

    private static void CheckMetadata(JsonField field)
    {
        var entries = field.Properties();
        if (entries.Count > 16) throw field.Invalid("must have at most 16 entries");
        foreach (var entry in entries) entry.Text(512);
    }

    private static void CheckModalities(JsonField field)
    {
        foreach (var modality in field.Items(1, 8))
            if (modality.Text() != "text")
                throw modality.Unsupported("is not supported: answers are text. Send [\"text\"] or leave it out.");
    }

    private static void CheckStore(JsonField field)
    {
        if (field.Boolean()) throw field.Unsupported("is supported as false only. Use 'millrace.conversation_id' to keep a conversation.");
    }

    private static void RequireText(JsonField field, string why, params ReadOnlySpan<string> accepted)
    {
        if (field.Kind != JsonValueKind.String || !accepted.Contains(field.Text())) throw field.Unsupported(why);
    }

    private static void RequireEmpty(JsonField field, string why)
    {
        if (field.Items(0, int.MaxValue).Count > 0) throw field.Unsupported(why);
    }
}

using System.Collections.Frozen;
using Millrace.Gateway.Api;

namespace Millrace.Gateway.Anthropic;

/// <summary>Parameters of Anthropic's Messages API that change nothing here; any other form of them is refused by name.</summary>
internal static class MessagesNeutralParameters
{
    private static readonly FrozenDictionary<string, Action<JsonField>> Table = new Dictionary<string, Action<JsonField>>
    {
        ["metadata"] = CheckMetadata,
        ["thinking"] = CheckThinking,
        ["cache_control"] = CheckCacheControl,
        ["service_tier"] = CheckTier,
        ["container"] = field => throw field.Unsupported("is not supported: no code is run here. Leave it out."),
        ["context_management"] = field => throw field.Unsupported("is not supported. Use 'millrace.conversation_id' for long chats."),
        ["thread"] = field => throw field.Unsupported("is not supported: send all messages, or use 'millrace.conversation_id'."),
        ["inference_geo"] = field => throw field.Unsupported("is not supported: models run where the operator put them. Leave it out."),
        ["mcp_servers"] = CheckEmpty,
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

    /// <summary>Accepts a mark of what to cache: prefixes are cached by themselves.</summary>
    public static void CheckCacheControl(JsonField mark)
    {
        foreach (var field in mark.Properties())
        {
            if (field.Name == "ttl") RequireText(field, "is supported as \"5m\" or \"1h\" only.", "5m", "1h");
            else if (field.Name != "type") throw field.Unknown();
            else RequireText(field, "is supported as \"ephemeral\" only.", "ephemeral");
        }
    }

    private static void CheckMetadata(JsonField metadata)
    {
        foreach (var field in metadata.Properties().Where(field => !field.IsNull))
        {
            if (field.Name != "user_id") throw field.Unknown();
            field.Text(1024);
        }
    }

    private static void CheckThinking(JsonField thinking)
    {
        foreach (var field in thinking.Properties())
            if (field.Name != "type" || field.Text() != "disabled")
                throw thinking.Unsupported("is supported as {\"type\": \"disabled\"} only: the models here do not reason apart.");
    }

    private static void CheckTier(JsonField field) =>
        RequireText(field, "is supported as \"auto\" or \"standard_only\" only.", "auto", "standard_only");

    private static void CheckEmpty(JsonField field)
    {
        if (field.Items(0, int.MaxValue).Count > 0) throw field.Unsupported("is not supported: declare tools under 'tools'.");
    }

    private static void RequireText(JsonField field, string why, params ReadOnlySpan<string> accepted)
    {
        if (!accepted.Contains(field.Text())) throw field.Unsupported(why);
    }
}

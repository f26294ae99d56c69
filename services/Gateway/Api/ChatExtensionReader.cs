using System.Collections.Frozen;
using Millrace.Gateway.Api.Search;
using Millrace.Gateway.Runtime;

namespace Millrace.Gateway.Api;

/// <summary>The <c>millrace</c> field of a chat request.</summary>
internal static class ChatExtensionReader
{
    private static readonly FrozenDictionary<string, Func<RetrievalSettings, JsonField, RetrievalSettings>> Retrieval =
        new Dictionary<string, Func<RetrievalSettings, JsonField, RetrievalSettings>>
        {
            ["collections"] = (settings, field) => settings with { Collections = RetrievalFields.Collections(field) },
            ["top_k"] = (settings, field) => settings with { TopK = (int)field.Integer(1, 100) },
            ["rerank"] = (settings, field) => settings with { Rerank = field.Boolean() },
            ["filter"] = (settings, field) => settings with { Filter = FilterReader.Read(field) },
            ["access_labels"] = (settings, field) => settings with { AccessLabels = RetrievalFields.Labels(field) },
            ["rewrite"] = (settings, field) => settings with { Rewrite = field.Boolean() },
            ["multi_query"] = (settings, field) => settings with { MultiQuery = (int)field.Integer(0, 4) },
            ["hypothetical_passage"] = (settings, field) => settings with { HypotheticalPassage = field.Boolean() },
            ["order"] = (settings, field) => settings with { Order = RetrievalFields.Order(field) },
            ["neighbour_chunks"] = (settings, field) => settings with { NeighbourChunks = (int)field.Integer(0, 8) },
            ["time_decay"] = (settings, field) => settings with { TimeDecay = RetrievalFields.TimeDecay(field) },
            ["diversity_lambda"] = (settings, field) => settings with { DiversityLambda = RetrievalFields.Real(field, 0, 1) },
            ["score_min"] = (settings, field) => settings with { ScoreMin = RetrievalFields.Real(field) },
            ["collections_max"] = (settings, field) => settings with { CollectionsMax = (int)field.Integer(1, 16) },
        }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Reads the extension into a draft.</summary>
    /// <exception cref="ServiceDefaults.Errors.MillraceException">A field is wrong or not known; the exception names it.</exception>
    public static void Read(ChatRequestDraft draft, JsonField extension)
    {
        foreach (var field in extension.Properties().Where(field => !field.IsNull))
        {
            if (field.Name == "conversation_id") draft.ConversationId = Id(field);
            else if (field.Name == "parent_message_id") draft.ParentMessageId = Id(field);
            else if (field.Name == "prompt_preset") draft.PromptPreset = field.Text(64);
            else if (field.Name == "sampling_preset") draft.SamplingPreset = field.Text(64);
            else if (!Retrieval.TryGetValue(field.Name, out var read)) throw field.Unknown();
            else draft.Retrieval = read(draft.Retrieval ?? new RetrievalSettings(), field);
        }
    }

    private static string Id(JsonField field)
    {
        var id = field.Text(128);
        var valid = id.Length > 0 && id.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');
        return valid ? id : throw field.Invalid("must be 1 to 128 letters, digits, hyphens, underscores and dots");
    }
}

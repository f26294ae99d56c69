using System.Text;
using System.Text.Json;
using Millrace.Contracts.Retrieval.V1;
using Millrace.Gateway.Api;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.VectorStores;

/// <summary>Fields that requests about vector stores have in common.</summary>
internal static class VectorStoreFields
{
    private const int EntriesMax = 16;
    private const int NameCharsMax = 256;
    private const int ChunkTokensMin = 16;
    private const int ChunkTokensMax = 4096;

    /// <summary>Name of a store.</summary>
    public static string Name(JsonField field) => field.Text(NameCharsMax);

    /// <summary>What an application says of a store: texts.</summary>
    public static string Metadata(JsonField field)
    {
        foreach (var entry in Entries(field)) entry.Text(512);
        return Raw(field);
    }

    /// <summary>What an application says of a file: texts, numbers, true and false.</summary>
    public static string Attributes(JsonField field)
    {
        foreach (var entry in Entries(field))
        {
            if (entry.Kind == JsonValueKind.String) entry.Text(512);
            else if (entry.Kind is not (JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False))
                throw entry.Invalid("must be a text, a number, true or false");
        }

        return Raw(field);
    }

    /// <summary>How files are cut; null for the platform's way.</summary>
    public static ChunkingSettings? Chunking(JsonField strategy)
    {
        string? type = null;
        ChunkingSettings? settings = null;
        foreach (var field in strategy.Properties())
        {
            if (field.Name == "type") type = field.Text();
            else if (field.Name == "static") settings = Static(field);
            else throw field.Unknown();
        }

        return type switch
        {
            "auto" when settings is null => null,
            "static" => settings ?? throw strategy.Missing("static"),
            _ => throw strategy.Invalid("must have the type \"auto\", or \"static\" with its settings"),
        };
    }

    /// <summary>Ids of files.</summary>
    public static IReadOnlyList<string> FileIds(JsonField field) =>
        [.. field.Items(0, 500).Select(FileId).Distinct(StringComparer.Ordinal)];

    /// <summary>Id of a file.</summary>
    public static string FileId(JsonField field) =>
        field.Text(128) is { Length: > 0 } id ? id : throw field.Invalid("must not be empty");

    /// <summary>A time after which a store would end: there is none here.</summary>
    public static void RequireNoExpiry(JsonField field)
    {
        if (!field.IsNull) throw field.Unsupported("is not supported: stores are kept until they are deleted. Leave it out.");
    }

    /// <summary>Refuses cutting a file in another way than its store.</summary>
    public static void RequireSame(JsonField field, ChunkingSettings? ofStore)
    {
        if (Chunking(field) is not { } wanted) return;
        if (ofStore is null || wanted.ChunkTokensMax != ofStore.ChunkTokensMax || wanted.OverlapTokens != ofStore.OverlapTokens)
            throw field.Unsupported(
                "differs from the store's: all files of a store are cut one way. Leave it out, or make a store that is cut so.");
    }

    private static ChunkingSettings Static(JsonField settings)
    {
        var (tokens, overlap) = (0u, (uint?)null);
        foreach (var field in settings.Properties())
        {
            if (field.Name == "max_chunk_size_tokens") tokens = (uint)field.Integer(ChunkTokensMin, ChunkTokensMax);
            else if (field.Name == "chunk_overlap_tokens") overlap = (uint)field.Integer(0, ChunkTokensMax / 2);
            else throw field.Unknown();
        }

        if (tokens == 0) throw settings.Missing("max_chunk_size_tokens");
        var chosen = overlap ?? throw settings.Missing("chunk_overlap_tokens");
        return chosen <= tokens / 2
            ? new ChunkingSettings { ChunkTokensMax = tokens, OverlapTokens = chosen }
            : throw settings.Invalid("must have an overlap of at most half the size");
    }

    private static IReadOnlyList<JsonField> Entries(JsonField field)
    {
        var entries = field.Properties();
        if (entries.Count > EntriesMax) throw field.Invalid($"must have at most {EntriesMax} entries");
        foreach (var entry in entries)
            if (entry.Name.Length > 64) throw entry.Invalid("must have a name of at most 64 characters");
        return entries;
    }

    private static string Raw(JsonField field)
    {
        field.RequireUnicode();
        var json = field.Value.GetRawText();
        return Encoding.UTF8.GetByteCount(json) <= 16 * 1024
            ? json
            : throw MillraceException.InvalidArgument(field.Path, $"'{field.Path}' must have at most 16384 bytes.");
    }
}

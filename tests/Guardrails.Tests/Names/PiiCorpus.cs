using System.Text.Json;
using Millrace.TestShared;

namespace Millrace.Guardrails.Tests.Names;

/// <summary>A public corpus of texts with personal data beside the repository: it measures, and nothing is made from it.</summary>
internal static class PiiCorpus
{
    /// <summary>Why it cannot be read; null when it can.</summary>
    public static string? Missing => System.IO.File.Exists(File)
        ? null
        : "The PII corpus is not beside the repository: shared/data/pii/synth_dataset_v2.json.";

    private static string? File => RepoPaths.SharedData is { } data ? Path.Combine(data, "pii", "synth_dataset_v2.json") : null;

    /// <summary>Reads it.</summary>
    public static IReadOnlyList<PiiText> Load()
    {
        using var stream = System.IO.File.OpenRead(File!);
        using var document = JsonDocument.Parse(stream);
        return [.. document.RootElement.EnumerateArray().Select(Read)];
    }

    private static PiiText Read(JsonElement sample) => new(
        sample.GetProperty("full_text").GetString()!,
        [.. sample.GetProperty("spans").EnumerateArray().Select(ReadSpan).OrderBy(span => span.Start)]);

    private static PiiSpan ReadSpan(JsonElement span) => new(
        span.GetProperty("entity_type").GetString()!,
        span.GetProperty("start_position").GetInt32(),
        span.GetProperty("end_position").GetInt32());
}

/// <summary>A text and what is in it.</summary>
internal sealed record PiiText(string Text, IReadOnlyList<PiiSpan> Spans);

/// <summary>A stretch of a text, of a type.</summary>
internal readonly record struct PiiSpan(string Type, int Start, int End)
{
    /// <summary>Shared characters over all characters of both.</summary>
    public double Overlap(PiiSpan other)
    {
        var shared = Math.Min(End, other.End) - Math.Max(Start, other.Start);
        return shared <= 0 ? 0 : (double)shared / (Math.Max(End, other.End) - Math.Min(Start, other.Start));
    }
}

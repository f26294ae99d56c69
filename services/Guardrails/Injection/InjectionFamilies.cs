namespace Millrace.Guardrails.Injection;

/// <summary>What a sentence is judged for: the labels of the classifier, in their order.</summary>
internal static class InjectionFamilies
{
    /// <summary>Index of the label that holds for attacks of every family.</summary>
    public const int Attack = 0;

    /// <summary>Index of the label that holds for whatever asks an assistant for something: odd only in a document.</summary>
    public const int Request = 1;

    /// <summary>Index of the first family.</summary>
    public const int First = 2;

    private const string Prefix = "injection.";

    /// <summary>All labels.</summary>
    public static IReadOnlyList<string> Labels { get; } =
    [
        "attack", "request", "override", "role_change", "extraction", "exfiltration", "markup", "privilege", "tool_abuse", "suppression",
        "encoded", "poisoning", "fiction",
    ];

    /// <summary>Rules of the families, in the order of their labels.</summary>
    public static IReadOnlyList<string> Rules { get; } = [.. Labels.Skip(First).Select(label => Prefix + label)];

    /// <summary>The family that is most likely, as an index into <see cref="Rules"/>.</summary>
    public static int MostLikely(ReadOnlySpan<float> probabilities)
    {
        var best = First;
        for (var label = First + 1; label < probabilities.Length; label++)
            if (probabilities[label] > probabilities[best]) best = label;
        return best - First;
    }
}

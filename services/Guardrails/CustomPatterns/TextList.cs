using System.Collections.Frozen;

namespace Millrace.Guardrails.CustomPatterns;

/// <summary>
/// Texts in a tree by their characters, so that one walk finds the longest of them at a position however many there are. The case of
/// letters does not matter, and one space stands for any white space. Immutable.
/// </summary>
internal sealed class TextList
{
    /// <summary>The node of all beginnings.</summary>
    public const int Root = 0;

    /// <summary>No such node.</summary>
    public const int None = -1;

    private readonly FrozenDictionary<(int Node, char Next), int> _next;
    private readonly FrozenSet<int> _ends;

    /// <summary>Prepares a list.</summary>
    public TextList(IEnumerable<string> texts)
    {
        Entries = [.. texts.Select(Normalised).Where(text => text.Length > 0).Distinct().Order(StringComparer.Ordinal)];
        Dictionary<(int Node, char Next), int> next = [];
        HashSet<int> ends = [];
        foreach (var text in Entries) ends.Add(Insert(text, next));
        _next = next.ToFrozenDictionary();
        _ends = ends.ToFrozenSet();
    }

    /// <summary>The texts as they are compared.</summary>
    public IReadOnlyList<string> Entries { get; }

    /// <summary>Whether there are none.</summary>
    public bool IsEmpty => Entries.Count == 0;

    /// <summary>A text as it is compared: in capitals, with single spaces, and none at the ends.</summary>
    public static string Normalised(string text) =>
        string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).ToUpperInvariant();

    /// <summary>The node behind a character as it is compared.</summary>
    public int Next(int node, char c) => _next.TryGetValue((node, c), out var next) ? next : None;

    /// <summary>Whether a text ends at a node.</summary>
    public bool EndsAt(int node) => _ends.Contains(node);

    private static int Insert(string text, Dictionary<(int Node, char Next), int> next)
    {
        var node = Root;
        foreach (var c in text)
        {
            if (!next.TryGetValue((node, c), out var following)) next[(node, c)] = following = next.Count + 1;
            node = following;
        }

        return node;
    }
}

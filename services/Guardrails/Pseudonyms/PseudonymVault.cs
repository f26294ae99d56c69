using System.Text;

namespace Millrace.Guardrails.Pseudonyms;

/// <summary>
/// Which name stands for which text, within one request or session. The same text always gets the same name; upper and lower case are
/// texts of their own. What comes above its bounds gets no name. Not for use by several threads at once.
/// </summary>
public sealed class PseudonymVault
{
    /// <summary>Most names.</summary>
    public const int EntriesMax = 10_000;

    /// <summary>Most bytes of all texts and names in UTF-8.</summary>
    public const int BytesMax = 256 * 1024;

    // Words of a user that only look like names, which are not given out.
    private const int ReservedMax = 10_000;

    // What an entry takes beside its text and name when it is sealed.
    private const int EntryBytes = 8;

    private readonly Dictionary<string, string> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _texts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _last = new(StringComparer.Ordinal);
    private readonly HashSet<string> _reserved = new(StringComparer.Ordinal);

    /// <summary>How many names there are.</summary>
    public int Count => _names.Count;

    /// <summary>What it takes at most when it is written, without its count.</summary>
    internal int Bytes { get; private set; }

    /// <summary>Whether a text had to go without a name.</summary>
    public bool IsFull { get; private set; }

    /// <summary>The texts by their names.</summary>
    public IReadOnlyDictionary<string, string> Texts => _texts;

    /// <summary>
    /// Keeps names that a text has in it from being given out: what somebody wrote himself must not become another's text.
    /// </summary>
    public void Reserve(string text)
    {
        foreach (var name in PseudonymNames.In(text))
            if (_reserved.Count < ReservedMax && !_texts.ContainsKey(name)) _reserved.Add(name);
    }

    /// <summary>The name of a text; null when there is no room for it.</summary>
    /// <param name="label">What kind of text it is, in capitals, such as <c>PERSON</c>.</param>
    /// <param name="text">The text.</param>
    public string? NameOf(string label, ReadOnlySpan<char> text)
    {
        var key = text.ToString();
        if (_names.TryGetValue(key, out var known)) return known;

        var number = _last.GetValueOrDefault(label);
        string name;
        do name = PseudonymNames.Of(label, ++number);
        while (_reserved.Contains(name) || _texts.ContainsKey(name));
        if (!TryAdd(name, key)) return null;
        _last[label] = number;
        return name;
    }

    /// <summary>Whether a text has a name.</summary>
    public bool Knows(ReadOnlySpan<char> text) => _names.GetAlternateLookup<ReadOnlySpan<char>>().ContainsKey(text);

    /// <summary>The text of a name; null when it is nobody's.</summary>
    public string? TextOf(string name) => _texts.GetValueOrDefault(name);

    /// <summary>Adds an entry; false when there is no room for it.</summary>
    internal bool TryAdd(string name, string text)
    {
        var bytes = Encoding.UTF8.GetByteCount(text) + Encoding.UTF8.GetByteCount(name) + EntryBytes;
        if (_names.Count >= EntriesMax || Bytes + bytes > BytesMax)
        {
            IsFull = true;
            return false;
        }

        if (!_texts.TryAdd(name, text)) return false;
        _names[text] = name;
        Bytes += bytes;
        return true;
    }
}

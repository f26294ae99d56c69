namespace Millrace.LlamaCpp.Gguf;

/// <summary>
/// Metadata of a GGUF file: numbers, short lists of numbers and short texts. Long lists, such as a vocabulary, are known by their type and
/// length only. What is kept is bounded, whatever the file declares.
/// </summary>
public sealed class GgufMetadata
{
    /// <summary>Elements of the longest list whose values are kept.</summary>
    internal const int ListMax = 1024;

    /// <summary>Bytes of the longest text that is kept.</summary>
    internal const int TextBytesMax = 1024;

    private const int KeptMax = 4096;

    private readonly Dictionary<string, double[]> _numbers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _texts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, GgufList> _lists = new(StringComparer.Ordinal);

    /// <summary>The text of a key; null when there is none, or it is long.</summary>
    public string? Text(string key) => _texts.GetValueOrDefault(key);

    /// <summary>The number of a key; null when there is none.</summary>
    public double? Number(string key) => _numbers.TryGetValue(key, out var numbers) && numbers.Length == 1 ? numbers[0] : null;

    /// <summary>The numbers of a key, a single one or a short list; empty when there are none.</summary>
    public IReadOnlyList<double> Numbers(string key) => _numbers.GetValueOrDefault(key) ?? [];

    /// <summary>Type and length of a list; null when the key has none.</summary>
    public GgufList? List(string key) => _lists.TryGetValue(key, out var list) ? list : null;

    internal void Add(string key, string text)
    {
        if (_texts.Count < KeptMax) _texts[key] = text;
    }

    internal void Add(string key, double[] numbers)
    {
        if (_numbers.Count < KeptMax) _numbers[key] = numbers;
    }

    internal void Add(string key, GgufList list)
    {
        if (_lists.Count < KeptMax) _lists[key] = list;
    }
}

/// <summary>A list in the metadata.</summary>
/// <param name="Type">Type number of the elements.</param>
/// <param name="Count">How many there are.</param>
public readonly record struct GgufList(uint Type, long Count);

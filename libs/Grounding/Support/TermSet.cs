using System.Collections;

namespace Millrace.Grounding.Support;

/// <summary>
/// Terms without order, in which a term is also found by a form that the stemmer does not know: one of five letters or more that begins the
/// other. Asking takes the same time however many terms there are.
/// </summary>
internal sealed class TermSet : IReadOnlyCollection<string>
{
    private const int FormCharsMin = 5;
    private const int FormDifferenceMax = 4;

    // Words with one beginning are few; whoever writes hundreds of them gets exact comparison for the rest.
    private const int FormsMax = 8;

    private readonly HashSet<string> _terms;
    private Dictionary<string, List<string>>.AlternateLookup<ReadOnlySpan<char>>? _byBeginning;

    /// <summary>Makes a set.</summary>
    public TermSet(IEnumerable<string> terms) => _terms = terms.ToHashSet(StringComparer.Ordinal);

    /// <summary>A set without terms.</summary>
    public static TermSet Empty { get; } = new([]);

    /// <inheritdoc/>
    public int Count => _terms.Count;

    /// <summary>What forms of one term have in common: the key to look them up by.</summary>
    public static string Beginning(string term) => term.Length <= FormCharsMin ? term : term[..FormCharsMin];

    /// <summary>Whether two terms are the same, or forms of one.</summary>
    public static bool Same(string left, string right) =>
        left == right || (Math.Min(left.Length, right.Length) >= FormCharsMin && Math.Abs(left.Length - right.Length) <= FormDifferenceMax
            && (left.StartsWith(right, StringComparison.Ordinal) || right.StartsWith(left, StringComparison.Ordinal)));

    /// <summary>Whether it has exactly this term.</summary>
    public bool Contains(string term) => _terms.Contains(term);

    /// <summary>Whether it has the term or a form of it.</summary>
    public bool Has(string term)
    {
        if (_terms.Contains(term)) return true;
        if (term.Length < FormCharsMin) return false;
        _byBeginning ??= Index().GetAlternateLookup<ReadOnlySpan<char>>();
        if (!_byBeginning.Value.TryGetValue(term.AsSpan(0, FormCharsMin), out var forms)) return false;
        foreach (var form in forms)
            if (Same(term, form)) return true;
        return false;
    }

    /// <inheritdoc/>
    public IEnumerator<string> GetEnumerator() => _terms.GetEnumerator();

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private Dictionary<string, List<string>> Index()
    {
        Dictionary<string, List<string>> index = new(StringComparer.Ordinal);
        foreach (var term in _terms)
        {
            if (term.Length < FormCharsMin) continue;
            var beginning = Beginning(term);
            if (!index.TryGetValue(beginning, out var forms)) index[beginning] = forms = [];
            if (forms.Count < FormsMax) forms.Add(term);
        }

        return index;
    }
}

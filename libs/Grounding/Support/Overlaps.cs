namespace Millrace.Grounding.Support;

/// <summary>
/// Where each term stands, so that a sentence is compared only with those that share something with it. What it gives for a text is
/// linear in the text's terms and in the places where they stand. Not for use by several threads at once.
/// </summary>
/// <param name="sentences">The sentences of all sources, in order.</param>
internal sealed class Overlaps(IReadOnlyList<Statement> sentences)
{
    private readonly Dictionary<string, List<int>> _places = Index(sentences);
    private readonly float[] _shared = new float[sentences.Count];

    /// <summary>How much each sentence shares with some terms.</summary>
    /// <param name="terms">The terms.</param>
    /// <param name="weigh">How much a term tells.</param>
    /// <returns>A number for each sentence, good until it is asked again.</returns>
    public float[] With(TermSet terms, Func<string, double> weigh)
    {
        Array.Clear(_shared);
        foreach (var term in terms)
        {
            if (!_places.TryGetValue(TermSet.Beginning(term), out var places)) continue;
            var weight = (float)weigh(term);
            foreach (var place in places) _shared[place] += weight;
        }

        return _shared;
    }

    private static Dictionary<string, List<int>> Index(IReadOnlyList<Statement> sentences)
    {
        Dictionary<string, List<int>> index = new(StringComparer.Ordinal);
        for (var at = 0; at < sentences.Count; at++)
            foreach (var term in sentences[at].Terms)
            {
                var beginning = TermSet.Beginning(term);
                if (!index.TryGetValue(beginning, out var places)) index[beginning] = places = [];
                if (places.Count == 0 || places[^1] != at) places.Add(at);
            }

        return index;
    }
}

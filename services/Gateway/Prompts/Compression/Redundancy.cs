namespace Millrace.Gateway.Prompts.Compression;

/// <summary>Which sentences say again what an earlier one says.</summary>
/// <param name="sentences">The sentences, in the order in which a prompt shows them.</param>
/// <param name="alike">How alike two of them are, by their indexes; 0 for not alike.</param>
internal sealed class Redundancy(IReadOnlyList<PassageSentence> sentences, Func<int, int, double> alike)
{
    private readonly HashSet<int> _dropped = [];

    /// <summary>Chooses sentences to drop, those first that are most like an earlier one.</summary>
    /// <param name="counts">Tokens of each sentence.</param>
    /// <param name="excess">How many tokens are to go; fewer go where there is nothing more to drop.</param>
    public IReadOnlyList<PassageSentence> Drop(IReadOnlyList<int> counts, int excess)
    {
        var candidates = Enumerable.Range(0, sentences.Count)
            .Select(index => (Index: index, Alike: Most(index)))
            .Where(candidate => candidate.Alike > 0)
            .OrderByDescending(candidate => candidate.Alike)
            .ThenByDescending(candidate => candidate.Index);
        foreach (var (index, _) in candidates)
        {
            if (excess <= 0) break;
            if (!IsSaidElsewhere(index) || IsLastOfItsPassage(index)) continue;
            _dropped.Add(index);
            excess -= counts[index];
        }

        return [.. _dropped.Select(index => sentences[index])];
    }

    private double Most(int index) => Enumerable.Range(0, index).Select(earlier => alike(earlier, index)).DefaultIfEmpty(0).Max();

    // What it says must be said by a sentence that stays.
    private bool IsSaidElsewhere(int index) =>
        Enumerable.Range(0, index).Any(earlier => !_dropped.Contains(earlier) && alike(earlier, index) > 0);

    private bool IsLastOfItsPassage(int index) => !Enumerable.Range(0, sentences.Count).Any(
        other => other != index && sentences[other].Passage == sentences[index].Passage && !_dropped.Contains(other));
}

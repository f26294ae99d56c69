using Millrace.Guardrails.Injection;

namespace Millrace.GuardTraining.Injection;

/// <summary>Makes the index of known attacks: of each attack the words and pairs that other text seldom has.</summary>
internal static class KnownAttacksBuilder
{
    /// <summary>Makes it.</summary>
    /// <param name="attacks">The attacks, folded.</param>
    /// <param name="others">Other text, folded; a word that it often has is worth little.</param>
    public static KnownAttacks Build(IReadOnlyList<string> attacks, IReadOnlyList<string> others)
    {
        var features = attacks.Select(FeaturesOf).ToArray();
        var frequencies = new Dictionary<uint, int>();
        foreach (var feature in features.Concat(others.Select(FeaturesOf)).SelectMany(set => set))
            frequencies[feature] = frequencies.GetValueOrDefault(feature) + 1;

        var total = attacks.Count + others.Count;
        var postings = features
            .SelectMany((set, attack) => set.Select(feature => (feature, attack)))
            .GroupBy(pair => pair.feature, pair => (ushort)pair.attack)
            .Select(group => KeyValuePair.Create(group.Key, Postings(group, MathF.Log((float)total / frequencies[group.Key]))));
        return new KnownAttacks(postings, attacks.Count);
    }

    private static KnownAttacks.Posting[] Postings(IEnumerable<ushort> attacks, float weight) =>
        [.. attacks.Take(KnownAttacks.AttacksPerWordMax).Select(attack => new KnownAttacks.Posting(attack, (float)(Half)weight))];

    private static HashSet<uint> FeaturesOf(string folded)
    {
        var features = new HashSet<uint>();
        foreach (var feature in new WordPairs(folded)) features.Add(feature);
        return features;
    }
}

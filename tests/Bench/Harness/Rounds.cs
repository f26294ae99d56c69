namespace Millrace.Bench.Harness;

/// <summary>One side of a comparison.</summary>
/// <param name="Name">What results call it.</param>
/// <param name="RunAsync">Does the work of a round once. Round 0 is the warm-up.</param>
internal sealed record Contestant<T>(string Name, Func<int, CancellationToken, Task<T>> RunAsync);

/// <summary>
/// Lets contestants do the same work in turns: A B, then B A, and so on, after one round that is not counted. What a shared machine does
/// meanwhile then befalls all of them alike.
/// </summary>
internal static class Rounds
{
    /// <summary>Runs all rounds.</summary>
    /// <param name="rounds">Rounds that count.</param>
    /// <param name="contestants">Who takes turns.</param>
    /// <param name="progress">Hears what happens now.</param>
    /// <param name="cancellationToken">Stops between two turns.</param>
    /// <param name="warmUp">Whether a round comes first that does not count; not for contestants that begin anew in every round.</param>
    /// <returns>What each contestant measured, by round.</returns>
    public static async Task<IReadOnlyDictionary<string, IReadOnlyList<T>>> RunAsync<T>(
        int rounds,
        IReadOnlyList<Contestant<T>> contestants,
        Action<string> progress,
        CancellationToken cancellationToken,
        bool warmUp = true)
    {
        var results = contestants.ToDictionary(contestant => contestant.Name, _ => new List<T>());
        for (var round = warmUp ? 0 : 1; round <= rounds; round++)
        {
            progress(round == 0 ? "warm-up" : $"round {round} of {rounds}");
            foreach (var contestant in round % 2 == 0 ? contestants.Reverse() : contestants)
            {
                var result = await contestant.RunAsync(round, cancellationToken);
                if (round > 0) results[contestant.Name].Add(result);
            }
        }

        return results.ToDictionary(entry => entry.Key, entry => (IReadOnlyList<T>)entry.Value);
    }
}

namespace Millrace.Gateway.Inference;

/// <summary>How a member is chosen.</summary>
internal enum PoolPolicy
{
    /// <summary>The one that holds most of the prompt, unless it is too busy; else the least loaded.</summary>
    Prefix,

    /// <summary>The least loaded.</summary>
    LeastLoaded,

    /// <summary>One after the other.</summary>
    RoundRobin,
}

/// <summary>Why a member was chosen.</summary>
internal enum ChoiceReason
{
    /// <summary>There was no other.</summary>
    Only,

    /// <summary>It holds most of the prompt.</summary>
    Prefix,

    /// <summary>It has least to do.</summary>
    Load,

    /// <summary>It was its turn.</summary>
    Turn,

    /// <summary>The Gateway itself reaches the model, without another process.</summary>
    Own,
}

/// <summary>What a choice depends on.</summary>
/// <param name="MatchedKeys">Keys of the prompt that the member holds, counted from the prompt's start.</param>
/// <param name="Load">Requests that it runs or queues, ours and those of others.</param>
/// <param name="InFlight">How many of them are ours.</param>
/// <param name="IsWell">Whether it did not just fail and can be reached.</param>
internal readonly record struct MemberView(int MatchedKeys, int Load, int InFlight, bool IsWell);

/// <summary>A choice.</summary>
/// <param name="Index">Index of the member.</param>
/// <param name="Reason">Why it.</param>
internal readonly record struct Choice(int Index, ChoiceReason Reason);

/// <summary>The rules of a choice.</summary>
/// <param name="Policy">How a member is chosen.</param>
/// <param name="LoadFactor">Share of the mean load, at least 1, above which, and one request more, a match is not followed.</param>
/// <param name="MatchMin">Keys that a match must have to be followed.</param>
internal sealed record ChoiceRules(PoolPolicy Policy, double LoadFactor, int MatchMin)
{
    public const string PrefixName = "prefix";

    private const string LeastLoadedName = "least-loaded";
    private const string RoundRobinName = "round-robin";

    /// <summary>The policies as the configuration names them, in the order of <see cref="PoolPolicy"/>.</summary>
    public static IReadOnlyList<string> Names { get; } = [PrefixName, LeastLoadedName, RoundRobinName];

    /// <summary>The rules that options ask for.</summary>
    public static ChoiceRules From(PoolOptions options) => new(
        options.PoolPolicy switch
        {
            RoundRobinName => PoolPolicy.RoundRobin,
            LeastLoadedName => PoolPolicy.LeastLoaded,
            _ => PoolPolicy.Prefix,
        },
        options.PoolLoadFactor,
        options.PrefixMatchMin);
}

/// <summary>
/// Chooses a member: a function of what is known of each, without state and without allocation. Members that are not well are passed over
/// while one is. The bound on load keeps a popular beginning from piling all requests onto the first member that saw it: those passed on
/// make a second member hold it too.
/// </summary>
internal static class MemberChoice
{
    /// <summary>Chooses.</summary>
    /// <param name="members">The candidates; at least one.</param>
    /// <param name="rules">The rules.</param>
    /// <param name="turn">A number that grows with every choice, so that equal members take turns.</param>
    public static Choice Choose(ReadOnlySpan<MemberView> members, ChoiceRules rules, uint turn)
    {
        var (eligible, load) = Survey(members, out var anyWell);
        var first = (int)(turn % (uint)eligible);
        if (eligible == 1 || rules.Policy == PoolPolicy.RoundRobin)
            return new Choice(Nth(members, anyWell, first), eligible == 1 ? ChoiceReason.Only : ChoiceReason.Turn);

        var start = Nth(members, anyWell, first);
        var bound = rules.Policy == PoolPolicy.Prefix ? Bound((double)load / eligible, rules.LoadFactor) : double.NegativeInfinity;
        var match = Best(members, new Sieve(anyWell, bound, rules.MatchMin), start);
        return match >= 0
            ? new Choice(match, ChoiceReason.Prefix)
            : new Choice(Best(members, new Sieve(anyWell, double.PositiveInfinity, 0), start), ChoiceReason.Load);
    }

    /// <summary>Load up to which a member is given what it holds.</summary>
    /// <param name="mean">Mean load of the members.</param>
    /// <param name="factor">The factor of the rules.</param>
    internal static double Bound(double mean, double factor) => (factor * mean) + 1;

    private static (int Eligible, long Load) Survey(ReadOnlySpan<MemberView> members, out bool anyWell)
    {
        var (well, wellLoad, load) = (0, 0L, 0L);
        foreach (ref readonly var member in members)
        {
            load += member.Load;
            if (!member.IsWell) continue;
            well++;
            wellLoad += member.Load;
        }

        anyWell = well > 0;
        return anyWell ? (well, wellLoad) : (members.Length, load);
    }

    private static int Nth(ReadOnlySpan<MemberView> members, bool anyWell, int count)
    {
        var index = 0;
        while (true)
        {
            if ((members[index].IsWell || !anyWell) && count-- == 0) return index;
            index++;
        }
    }

    // Equal members are taken in turns, because the search starts at another one each time and only a better one replaces the first.
    private static int Best(ReadOnlySpan<MemberView> members, in Sieve sieve, int start)
    {
        var best = -1;
        for (var offset = 0; offset < members.Length; offset++)
        {
            var index = (start + offset) % members.Length;
            ref readonly var member = ref members[index];
            if (sieve.Passes(member) && (best < 0 || IsBetter(member, members[best], sieve.MatchMin > 0))) best = index;
        }

        return best;
    }

    private static bool IsBetter(in MemberView member, in MemberView best, bool byMatch)
    {
        if (byMatch && member.MatchedKeys != best.MatchedKeys) return member.MatchedKeys > best.MatchedKeys;
        if (member.Load != best.Load) return member.Load < best.Load;
        return member.InFlight < best.InFlight;
    }

    private readonly record struct Sieve(bool WellOnly, double Bound, int MatchMin)
    {
        public bool Passes(in MemberView member) =>
            (member.IsWell || !WellOnly) && member.Load <= Bound && member.MatchedKeys >= MatchMin;
    }
}

using Microsoft.Extensions.Options;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Inference;

/// <summary>The member for a call.</summary>
/// <param name="Member">It.</param>
/// <param name="Why">Why it, in a word.</param>
/// <param name="MatchedKeys">Keys of the prompt that it was taken to hold.</param>
internal readonly record struct PickedMember(PoolMember Member, string Why, int MatchedKeys);

/// <summary>An attempt of the pool to have a prompt answered.</summary>
/// <param name="Member">Name of the member that is asked.</param>
/// <param name="Why">Why it: <c>only</c>, <c>prefix</c>, <c>load</c>, <c>turn</c> or <c>own</c>.</param>
/// <param name="MatchedKeys">Keys of the prompt that it was taken to hold.</param>
/// <param name="FailedBefore">Why the attempt before this one failed; null for the first.</param>
public sealed record PoolAttempt(string Member, string Why, int MatchedKeys, Reason? FailedBefore);

/// <summary>Chooses the member for a call, and the next one when that failed.</summary>
/// <param name="options">The rules.</param>
/// <param name="telemetry">Is told of each choice.</param>
public sealed class MemberPicker(IOptions<PoolOptions> options, PoolTelemetry telemetry)
{
    private const int StackViewsMax = 64;

    private readonly ChoiceRules _rules = ChoiceRules.From(options.Value);
    private uint _turn = uint.MaxValue;

    /// <summary>
    /// Takes the best member out of those that were not tried. The Gateway's own goes before all others while it is well: what it holds and
    /// has to do says nothing of the servers behind it.
    /// </summary>
    /// <param name="untried">The members; at least one.</param>
    /// <param name="keys">Keys of the prompt.</param>
    internal PickedMember Take(List<PoolMember> untried, IList<ulong> keys)
    {
        if (untried.Count > 1 && untried.FindIndex(static member => member is { IsOwn: true, IsWell: true }) is >= 0 and var own)
            return Taken(untried, new Choice(own, ChoiceReason.Own), matched: 0);
        Span<MemberView> views = untried.Count <= StackViewsMax ? stackalloc MemberView[untried.Count] : new MemberView[untried.Count];
        for (var index = 0; index < untried.Count; index++) views[index] = untried[index].Look(keys);
        var choice = MemberChoice.Choose(views, _rules, Interlocked.Increment(ref _turn));
        return Taken(untried, choice, views[choice.Index].MatchedKeys);
    }

    private PickedMember Taken(List<PoolMember> untried, Choice choice, int matched)
    {
        var member = untried[choice.Index];
        untried.RemoveAt(choice.Index);
        return new PickedMember(member, telemetry.Chosen(member.Name, choice.Reason, matched), matched);
    }
}

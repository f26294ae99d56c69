using Microsoft.Extensions.Options;

namespace Millrace.Gateway.Inference;

/// <summary>Chooses the member for a call, and the next one when that failed.</summary>
/// <param name="options">The rules.</param>
/// <param name="telemetry">Is told of each choice.</param>
public sealed class MemberPicker(IOptions<PoolOptions> options, PoolTelemetry telemetry)
{
    private const int StackViewsMax = 64;

    private readonly ChoiceRules _rules = ChoiceRules.From(options.Value);
    private uint _turn = uint.MaxValue;

    /// <summary>Takes the best member out of those that were not tried.</summary>
    /// <param name="untried">The members; at least one.</param>
    /// <param name="keys">Keys of the prompt.</param>
    internal PoolMember Take(List<PoolMember> untried, IList<ulong> keys)
    {
        Span<MemberView> views = untried.Count <= StackViewsMax ? stackalloc MemberView[untried.Count] : new MemberView[untried.Count];
        for (var index = 0; index < untried.Count; index++) views[index] = untried[index].Look(keys);
        var choice = MemberChoice.Choose(views, _rules, Interlocked.Increment(ref _turn));
        var member = untried[choice.Index];
        untried.RemoveAt(choice.Index);
        telemetry.Chosen(member.Name, choice.Reason, views[choice.Index].MatchedKeys);
        return member;
    }
}

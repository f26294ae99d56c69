using Millrace.Gateway.Runtime;

namespace Millrace.Gateway.Guarding;

/// <summary>One choice on its way through the output check: its text and each of its tool calls for itself.</summary>
/// <param name="open">Opens a filter; told whether what it filters is JSON.</param>
internal sealed class GuardedChoice(Func<bool, FilteredChoice> open) : IDisposable
{
    private readonly FilteredChoice _text = open(false);
    private readonly SortedDictionary<int, FilteredCall> _calls = [];

    public bool IsBlocked { get; private set; }

    public async Task<IReadOnlyList<ChatEvent>> PushAsync(ChatDelta delta) =>
        IsBlocked ? [] : Passed(await _text.PushAsync(delta));

    public async Task<IReadOnlyList<ChatEvent>> PushAsync(ChatToolCallDelta delta)
    {
        if (IsBlocked) return [];
        if (!_calls.TryGetValue(delta.Index, out var call)) _calls[delta.Index] = call = new FilteredCall(open(true), delta.Index);
        return Passed(await call.PushAsync(delta));
    }

    /// <summary>Takes the end of the choice, which goes out behind all that its filters still held.</summary>
    public async Task<IReadOnlyList<ChatEvent>> FinishAsync(ChatFinished finished)
    {
        if (IsBlocked) return [];
        List<ChatEvent> events = [.. (await _text.FinishAsync(finished)).Where(next => !ReferenceEquals(next, finished))];
        foreach (var call in _calls.Values)
        {
            if (events.Exists(next => next is ChatFinished)) break;
            events.AddRange(await call.FinishAsync(finished.Choice));
        }

        Passed(events);
        return IsBlocked ? events : [.. events, finished];
    }

    public void Dispose()
    {
        _text.Dispose();
        foreach (var call in _calls.Values) call.Dispose();
    }

    // An end that nobody pushed is a filter's: what it blocks ends the whole choice.
    private IReadOnlyList<ChatEvent> Passed(IEnumerable<ChatEvent> events)
    {
        IReadOnlyList<ChatEvent> passed = [.. events];
        IsBlocked = passed.Any(next => next is ChatFinished);
        return passed;
    }
}

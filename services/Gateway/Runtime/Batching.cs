using System.Runtime.CompilerServices;
using Millrace.Gateway.Explaining;

namespace Millrace.Gateway.Runtime;

/// <summary>
/// Joins pieces of an answer that are there together. While a piece is being checked and sent, the model goes on; what it says meanwhile
/// is then checked and sent as one. A stream that keeps up has a piece per token; one that does not costs less per token.
/// </summary>
internal static class Batching
{
    // Longer than a fast model takes for a token, and soon enough to stop one that says what is forbidden.
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(10);

    /// <summary>Joins what is there.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="charsMax">Most characters of a joined piece; 0 joins nothing.</param>
    /// <param name="waits">Whether a piece waits a moment for the next: where only the whole answer is of use.</param>
    /// <param name="timeline">Learns that time is the platform's own while a piece is worked on, although the next is awaited.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public static async IAsyncEnumerable<ChatEvent> BatchAsync(
        this IAsyncEnumerable<ChatEvent> answer,
        int charsMax,
        bool waits,
        RunTimeline timeline,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var reader = new AheadReader(answer, cancellationToken);
        ChatDelta? held = null;
        while (true)
        {
            if (held is not null && !reader.HasNext && !(waits && await reader.HasNextWithinAsync(Moment, timeline)))
            {
                using (timeline.Work()) yield return held;
                held = null;
            }

            if (!await reader.NextAsync()) break;
            if (reader.Current is ChatDelta delta && Join(held, delta, charsMax) is { } joined) held = joined;
            else
            {
                var (earlier, current) = (held, reader.Current);
                held = current as ChatDelta;
                if (earlier is not null)
                    using (timeline.Work()) yield return earlier;
                if (held is null)
                    using (timeline.Work()) yield return current;
            }

            reader.ReadAhead();
        }
    }

    // Tokens with their probabilities stay as they came: who asked for them counts pieces.
    private static ChatDelta? Join(ChatDelta? held, ChatDelta next, int charsMax)
    {
        if (held is null) return next;
        var isText = held.Logprobs.Count + next.Logprobs.Count == 0;
        return isText && held.Choice == next.Choice && held.Text.Length + next.Text.Length <= charsMax
            ? held with { Text = held.Text + next.Text }
            : null;
    }

    /// <summary>Asks for the next event before the one at hand is done with.</summary>
    private sealed class AheadReader : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop;
        private readonly IAsyncEnumerator<ChatEvent> _events;
        private Task<bool> _next;

        public AheadReader(IAsyncEnumerable<ChatEvent> answer, CancellationToken cancellationToken)
        {
            _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            _events = answer.GetAsyncEnumerator(_stop.Token);
            _next = _events.MoveNextAsync().AsTask();
        }

        public bool HasNext => _next.IsCompletedSuccessfully && _next.Result;

        public async Task<bool> HasNextWithinAsync(TimeSpan wait, RunTimeline timeline)
        {
            using var waited = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
            await Task.WhenAny(_next, timeline.DelayAsync(wait, waited.Token));
            await waited.CancelAsync();
            return HasNext;
        }

        public ChatEvent Current => _events.Current;

        public Task<bool> NextAsync() => _next;

        public void ReadAhead() => _next = _events.MoveNextAsync().AsTask();

        // An iterator may be disposed of only between two events. Whoever leaves before the end stops the one that is awaited.
        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _next.ContinueWith(
                static (next, _) => next.Exception,
                null,
                CancellationToken.None,
                TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default);
            await _events.DisposeAsync();
            _stop.Dispose();
        }
    }
}

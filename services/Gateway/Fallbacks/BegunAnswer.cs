using System.Runtime.CompilerServices;
using Millrace.Gateway.Runtime;

namespace Millrace.Gateway.Fallbacks;

/// <summary>An answer that is being generated.</summary>
/// <param name="Prepared">What was asked.</param>
/// <param name="Events">The answer.</param>
public sealed record BegunAnswer(PreparedChat Prepared, IAsyncEnumerable<ChatEvent> Events)
{
    /// <summary>The same answer, its first event read.</summary>
    /// <exception cref="ServiceDefaults.Errors.MillraceException">It failed before there was one.</exception>
    internal async Task<BegunAnswer> BeginAsync(CancellationToken cancellationToken)
    {
        var events = Events.GetAsyncEnumerator(cancellationToken);
        try
        {
            var isThere = await events.MoveNextAsync();
            return this with { Events = GoOnAsync(events, isThere, cancellationToken) };
        }
        catch
        {
            await events.DisposeAsync();
            throw;
        }
    }

    // The token is that of the enumeration which began already.
    private static async IAsyncEnumerable<ChatEvent> GoOnAsync(
        IAsyncEnumerator<ChatEvent> events, bool isThere, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using (events)
            for (; isThere; isThere = await events.MoveNextAsync())
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return events.Current;
            }
    }
}

using Millrace.Gateway.Runtime;

namespace Millrace.Gateway.Guarding;

/// <summary>
/// One tool call on its way through a filter. Its arguments are text of their own; that it is made, and of which tool, is told with its
/// first piece.
/// </summary>
internal sealed class FilteredCall(FilteredChoice arguments, int index) : IDisposable
{
    public bool IsBlocked => arguments.IsBlocked;

    public async Task<IEnumerable<ChatEvent>> PushAsync(ChatToolCallDelta delta)
    {
        if (IsBlocked) return [];
        var safe = delta.Arguments.Length == 0 ? [] : await arguments.PushAsync(new ChatDelta(delta.Choice, delta.Arguments));
        return delta.Id is null && delta.Name is null ? safe.Select(Piece) : WithHead(delta with { Arguments = string.Empty }, safe);
    }

    public async Task<IEnumerable<ChatEvent>> FinishAsync(int choice) =>
        (await arguments.FinishAsync(new ChatFinished(choice, ChatFinishReason.ToolCalls, [])))
            .Where(next => next is not ChatFinished { Reason: ChatFinishReason.ToolCalls })
            .Select(Piece);

    public void Dispose() => arguments.Dispose();

    // Whatever came back with the first piece goes out with it.
    private IEnumerable<ChatEvent> WithHead(ChatToolCallDelta head, IReadOnlyList<ChatEvent> safe)
    {
        if (IsBlocked) return safe;
        var text = string.Concat(safe.OfType<ChatDelta>().Select(delta => delta.Text));
        return [head with { Arguments = text }];
    }

    private ChatEvent Piece(ChatEvent next) =>
        next is ChatDelta delta ? new ChatToolCallDelta(delta.Choice, index, null, null, delta.Text) : next;
}

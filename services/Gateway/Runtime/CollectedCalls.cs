using System.Text;

namespace Millrace.Gateway.Runtime;

/// <summary>Puts the pieces of one choice's tool calls together.</summary>
internal sealed class CollectedCalls
{
    private readonly SortedDictionary<int, Call> _calls = [];

    /// <summary>Takes a piece.</summary>
    public void Add(ChatToolCallDelta delta)
    {
        if (!_calls.TryGetValue(delta.Index, out var call)) _calls[delta.Index] = call = new Call();
        call.Id ??= delta.Id;
        call.Name ??= delta.Name;
        call.Arguments.Append(delta.Arguments);
    }

    /// <summary>The calls, in the order of their indexes.</summary>
    public IReadOnlyList<ChatToolCall> All() => [.. _calls.Values.Select(call => call.Build())];

    private sealed class Call
    {
        public string? Id { get; set; }

        public string? Name { get; set; }

        public StringBuilder Arguments { get; } = new();

        public ChatToolCall Build() => new(Id ?? string.Empty, Name ?? string.Empty, Arguments.ToString());
    }
}

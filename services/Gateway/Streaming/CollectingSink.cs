using System.Text;
using Millrace.Gateway.Citations;
using Millrace.Gateway.Runtime;

namespace Millrace.Gateway.Streaming;

/// <summary>Collects an answer that is not streamed.</summary>
internal sealed class CollectingSink : IChatSink
{
    private readonly List<Choice> _choices = [];
    private ChatStarted? _started;
    private ChatCompleted? _completed;

    /// <inheritdoc/>
    public bool TakesPieces => false;

    /// <summary>The whole answer.</summary>
    /// <exception cref="InvalidOperationException">It is not whole yet.</exception>
    public CollectedAnswer Answer => _started is { } started && _completed is { } completed
        ? new CollectedAnswer(started, [.. _choices.Select(choice => choice.Collect())], completed)
        : throw new InvalidOperationException("The answer is not complete.");

    public ValueTask WriteAsync(ChatEvent next, CancellationToken cancellationToken)
    {
        if (next is ChatStarted started) Start(started);
        else if (next is ChatDelta delta) _choices[delta.Choice].Add(delta);
        else if (next is ChatToolCallDelta call) _choices[call.Choice].Calls.Add(call);
        else if (next is ChatFinished finished) _choices[finished.Choice].Finished = finished;
        else if (next is ChatCompleted completed) _completed = completed;
        return ValueTask.CompletedTask;
    }

    private void Start(ChatStarted started)
    {
        _started = started;
        for (var choice = 0; choice < started.ChoiceCount; choice++) _choices.Add(new Choice(choice));
    }

    private sealed class Choice(int index)
    {
        private readonly StringBuilder _text = new();
        private readonly List<TokenLogprob> _logprobs = [];

        public CollectedCalls Calls { get; } = new();

        public ChatFinished Finished { get; set; } = new(index, ChatFinishReason.Stop, []);

        public void Add(ChatDelta delta)
        {
            _text.Append(delta.Text);
            _logprobs.AddRange(delta.Logprobs);
        }

        public CollectedChoice Collect() => new(index, _text.ToString(), _logprobs, Finished.Reason, Finished.Citations)
        {
            ToolCalls = Calls.All(),
        };
    }
}

/// <summary>One whole choice.</summary>
internal sealed record CollectedChoice(
    int Index, string Text, IReadOnlyList<TokenLogprob> Logprobs, ChatFinishReason Reason, IReadOnlyList<Citation> Citations)
{
    /// <summary>Tools that it calls.</summary>
    public IReadOnlyList<ChatToolCall> ToolCalls { get; init; } = [];
}

/// <summary>A whole answer.</summary>
internal sealed record CollectedAnswer(ChatStarted Started, IReadOnlyList<CollectedChoice> Choices, ChatCompleted Completed)
{
    /// <summary>The model that answered.</summary>
    public string ServedBy => Started.ServedBy;
}

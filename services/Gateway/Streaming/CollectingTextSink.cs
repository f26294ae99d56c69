using System.Text;
using Millrace.Gateway.Completions;
using Millrace.Gateway.Runtime;

namespace Millrace.Gateway.Streaming;

/// <summary>Collects text completions that are not streamed.</summary>
internal sealed class CollectingTextSink : IChatSink
{
    private readonly SortedDictionary<int, Choice> _choices = [];
    private ChatStarted? _started;
    private ChatCompleted? _completed;

    /// <summary>The whole answer.</summary>
    /// <exception cref="InvalidOperationException">It is not whole yet.</exception>
    public CollectedText Answer => _started is { } started && _completed is { } completed
        ? new CollectedText(started, [.. _choices.Select(entry => entry.Value.Collect(entry.Key))], completed)
        : throw new InvalidOperationException("The answer is not complete.");

    public ValueTask WriteAsync(ChatEvent next, CancellationToken cancellationToken)
    {
        if (next is ChatStarted started) _started = started;
        else if (next is PromptEchoed echo) Find(echo.Choice).Add(echo.Text, echo.Logprobs, isEcho: true);
        else if (next is ChatDelta delta) Find(delta.Choice).Add(delta.Text, delta.Logprobs);
        else if (next is ChatFinished finished) Find(finished.Choice).Reason = finished.Reason;
        else if (next is ChatCompleted completed) _completed = completed;
        return ValueTask.CompletedTask;
    }

    private Choice Find(int index)
    {
        if (!_choices.TryGetValue(index, out var choice)) _choices[index] = choice = new Choice();
        return choice;
    }

    private sealed class Choice
    {
        private readonly StringBuilder _text = new();
        private readonly List<TokenLogprob> _logprobs = [];
        private bool _isEcho;

        public ChatFinishReason Reason { get; set; }

        public void Add(string text, IReadOnlyList<TokenLogprob> logprobs, bool isEcho = false)
        {
            _text.Append(text);
            _logprobs.AddRange(logprobs);
            _isEcho |= isEcho;
        }

        public CollectedTextChoice Collect(int index) => new(index, _text.ToString(), _logprobs, _isEcho, Reason);
    }
}

/// <summary>One whole choice; its text begins with the prompt where that is echoed.</summary>
internal sealed record CollectedTextChoice(
    int Index, string Text, IReadOnlyList<TokenLogprob> Logprobs, bool IsEcho, ChatFinishReason Reason);

/// <summary>A whole answer.</summary>
internal sealed record CollectedText(ChatStarted Started, IReadOnlyList<CollectedTextChoice> Choices, ChatCompleted Completed);

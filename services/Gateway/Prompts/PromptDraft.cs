using Millrace.Gateway.Retrieval;
using Millrace.Gateway.Runtime;

namespace Millrace.Gateway.Prompts;

/// <summary>
/// A prompt that may still be too long. It shrinks in this order: passages from the end while more than one is left, then the oldest
/// exchange, then what is told of messages that are not shown. Other system messages, the last user message and what follows it stay.
/// </summary>
internal sealed class PromptDraft
{
    private readonly PromptTemplate? _template;
    private readonly List<ChatTurn> _turns;
    private readonly List<RetrievedPassage> _passages;
    private readonly int _passagesAtFirst;
    private readonly int _turnsAtFirst;

    /// <summary>Drafts a prompt.</summary>
    /// <param name="turns">The conversation, oldest first.</param>
    /// <param name="context">The passages; null for an answer that needs none.</param>
    /// <param name="template">Says how passages are shown; null for a plain chat.</param>
    public PromptDraft(IEnumerable<ChatTurn> turns, RetrievedContext? context, PromptTemplate? template)
    {
        _turns = template is null ? [.. turns] : [new ChatTurn(ChatRole.System, template.System), .. turns];
        _passages = [.. context?.Passages ?? []];
        _template = context is null ? null : template;
        _passagesAtFirst = _passages.Count;
        _turnsAtFirst = _turns.Count;
    }

    private int LastUser => _turns.FindLastIndex(turn => turn.Role == ChatRole.User);

    /// <summary>The prompt as it stands.</summary>
    public BuiltPrompt Build()
    {
        List<ChatTurn> turns = [.. _turns];
        if (_template is not null) turns[LastUser] = turns[LastUser] with { Content = _template.Ask(turns[LastUser].Content, _passages) };
        return new BuiltPrompt(turns, [.. _passages], _passagesAtFirst - _passages.Count, _turnsAtFirst - _turns.Count);
    }

    /// <summary>Shortens the prompt by one step.</summary>
    /// <returns>What was taken out, or null when nothing more can be.</returns>
    public string? Shrink()
    {
        if (_passages.Count > 1)
        {
            var passage = _passages[^1];
            _passages.RemoveAt(_passages.Count - 1);
            return passage.Text;
        }

        return RemoveOldestExchange() ?? RemoveSummary();
    }

    private string? RemoveSummary()
    {
        var summary = _turns.FindIndex(turn => turn.IsSummary);
        if (summary < 0) return null;
        var removed = _turns[summary].Content;
        _turns.RemoveAt(summary);
        return removed;
    }

    private string? RemoveOldestExchange()
    {
        var oldest = _turns.FindIndex(turn => turn.Role != ChatRole.System);
        if (oldest < 0 || oldest >= LastUser) return null;

        // An answer without its question would mislead, and so would a call without its result, so all of it goes.
        var end = oldest + 1;
        while (end < LastUser && _turns[end].Role is ChatRole.Assistant or ChatRole.Tool) end++;
        var removed = string.Concat(_turns[oldest..end].Select(turn => turn.Content));
        _turns.RemoveRange(oldest, end - oldest);
        return removed;
    }
}

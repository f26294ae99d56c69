using Millrace.Gateway.Prompts.Examples;
using Millrace.Gateway.Retrieval;
using Millrace.Gateway.Runtime;

namespace Millrace.Gateway.Prompts;

/// <summary>What a prompt is made of besides the messages.</summary>
/// <param name="Context">The passages; null for an answer that needs none.</param>
/// <param name="Template">Says how passages are shown, and what the system message is; null for a plain chat.</param>
/// <param name="Preset">A way of working; null for none.</param>
/// <param name="Examples">Questions with their answers, the most useful one last.</param>
internal sealed record PromptParts(
    RetrievedContext? Context, PromptTemplate? Template, PromptPreset? Preset, IReadOnlyList<PromptExample> Examples);

/// <summary>
/// A prompt that may still be too long. It shrinks in this order: examples, the least useful first; passages from the end while more than
/// one is left; then the oldest exchange; then what is told of messages that are not shown. Other system messages, the last user message
/// and what follows it stay.
/// </summary>
internal sealed class PromptDraft
{
    private readonly PromptTemplate? _template;
    private readonly List<ChatTurn> _turns;
    private readonly List<RetrievedPassage> _passages;
    private readonly List<PromptExample> _examples;
    private readonly int _passagesAtFirst;
    private readonly int _turnsAtFirst;
    private readonly int _examplesAtFirst;

    /// <summary>Drafts a prompt.</summary>
    /// <param name="turns">The conversation, oldest first.</param>
    /// <param name="parts">What it is put into.</param>
    public PromptDraft(IEnumerable<ChatTurn> turns, PromptParts parts)
    {
        _turns = parts.Template is { } template ? [new ChatTurn(ChatRole.System, template.System), .. turns] : [.. turns];
        if (parts.Preset is { } preset) Tell(preset);
        _passages = [.. parts.Context?.Passages ?? []];
        _examples = [.. parts.Examples];
        _template = parts.Context is null ? null : parts.Template;
        (_passagesAtFirst, _turnsAtFirst, _examplesAtFirst) = (_passages.Count, _turns.Count, _examples.Count);
    }

    private int LastUser => _turns.FindLastIndex(turn => turn.Role == ChatRole.User);

    /// <summary>The prompt as it stands.</summary>
    public BuiltPrompt Build()
    {
        List<ChatTurn> turns = [.. _turns];
        if (_template is not null) turns[LastUser] = turns[LastUser] with { Content = _template.Ask(turns[LastUser].Content, _passages) };
        var talk = turns.FindIndex(turn => turn.Role != ChatRole.System);
        turns.InsertRange(talk < 0 ? turns.Count : talk, _examples.SelectMany(Shown));
        return new BuiltPrompt(turns, [.. _passages], _passagesAtFirst - _passages.Count, _turnsAtFirst - _turns.Count)
        {
            Examples = _examples.Count, ExamplesDropped = _examplesAtFirst - _examples.Count,
        };
    }

    /// <summary>Shortens the prompt by one step.</summary>
    /// <returns>What was taken out, or null when nothing more can be.</returns>
    public string? Shrink()
    {
        if (_examples.Count > 0)
        {
            var example = _examples[0];
            _examples.RemoveAt(0);
            return example.Asked + example.Answer;
        }

        if (_passages.Count > 1)
        {
            var passage = _passages[^1];
            _passages.RemoveAt(_passages.Count - 1);
            return passage.Shown;
        }

        return RemoveOldestExchange() ?? RemoveSummary();
    }

    private static ChatTurn[] Shown(PromptExample example) =>
        [new(ChatRole.User, example.Asked), new(ChatRole.Assistant, example.Answer)];

    // Some chat templates take one system message only.
    private void Tell(PromptPreset preset)
    {
        if (_turns[0].Role == ChatRole.System) _turns[0] = _turns[0] with { Content = $"{_turns[0].Content}\n\n{preset.Instructions}" };
        else _turns.Insert(0, new ChatTurn(ChatRole.System, preset.Instructions));
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

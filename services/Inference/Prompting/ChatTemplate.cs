using System.Collections.Concurrent;
using System.Globalization;
using Millrace.LlamaCpp;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Inference.Prompting;

/// <summary>A piece of a rendered chat.</summary>
/// <param name="Text">The text.</param>
/// <param name="IsContent">Whether a message said it; otherwise the template did.</param>
internal readonly record struct RenderedPiece(string Text, bool IsContent);

/// <summary>
/// A model's chat template. It is rendered around placeholders instead of the messages' contents, so that afterwards it is known of every
/// character whether the template or a message said it.
/// </summary>
internal sealed class ChatTemplate
{
    // Private-use characters: no template has them, and contents are not there yet when they are searched for.
    private const char Open = '\uE000';
    private const char Close = '\uE001';

    private readonly string _model;
    private readonly string? _template;
    private readonly ConcurrentDictionary<string, bool> _trims = new(StringComparer.Ordinal);

    /// <summary>Creates the template of a model.</summary>
    /// <param name="model">The model's name, for messages.</param>
    /// <param name="template">The template, or the name of a known one; null when the model has none.</param>
    public ChatTemplate(string model, string? template)
    {
        _model = model;
        _template = template;
    }

    /// <summary>Renders a chat.</summary>
    /// <exception cref="MillraceException"><see cref="Reason.InvalidArgument"/>: the model has no template that can be used, or the
    /// chat does not suit it.</exception>
    public IEnumerable<RenderedPiece> Render(ChatPrompt chat)
    {
        CheckContinuation(chat);
        var rendered = Apply(chat.Turns.Select((turn, index) => new LlamaChatMessage(turn.Role, Placeholder(index))), !chat.ContinueLast);
        if (chat.ContinueLast) rendered = UpToEndOf(Placeholder(chat.Turns.Count - 1), rendered);
        return Split(rendered, chat.Turns);
    }

    private static void CheckContinuation(ChatPrompt chat)
    {
        if (chat.Turns.Count == 0) throw MillraceException.InvalidArgument("chat.messages", "The chat has no messages: send at least one.");
        if (chat.ContinueLast && chat.Turns[^1].Role != ChatTurn.Assistant)
            throw MillraceException.InvalidArgument(
                "chat.continue_last_message",
                $"The last message is of the role {chat.Turns[^1].Role}: only one of the assistant can be continued.");
    }

    private string Apply(IEnumerable<LlamaChatMessage> messages, bool addAssistant)
    {
        if (_template is null) throw Unusable("it has none");
        if (_template == ChatTemplateNames.Alpaca) return AlpacaTemplate.Apply([.. messages], addAssistant);
        try
        {
            return LlamaChatTemplate.Apply(_template, [.. messages], addAssistant);
        }
        catch (LlamaException error)
        {
            throw Unusable(error.Message);
        }
    }

    private MillraceException Unusable(string cause) => MillraceException.InvalidArgument(
        "chat", $"The model '{_model}' has no chat template that can be used ({cause}). Send `text` or `tokens` instead of `chat`.");

    /// <summary>Whether the template trims contents of a role, seen by what it does to one.</summary>
    private bool Trims(string role)
    {
        var padded = $" {Open} ";
        LlamaChatMessage[] chat = role == "user" ? [] : [new LlamaChatMessage("user", "x")];
        return !Apply([.. chat, new LlamaChatMessage(role, padded), new LlamaChatMessage("user", "x")], addAssistant: true)
            .Contains(padded, StringComparison.Ordinal);
    }

    private static string Placeholder(int index) => string.Create(CultureInfo.InvariantCulture, $"{Open}{index}{Close}");

    private static string UpToEndOf(string placeholder, string rendered)
    {
        var index = rendered.LastIndexOf(placeholder, StringComparison.Ordinal);
        return index < 0 ? rendered : rendered[..(index + placeholder.Length)];
    }

    private IEnumerable<RenderedPiece> Split(string rendered, IReadOnlyList<ChatTurn> turns)
    {
        var parts = rendered.Split(Open);
        yield return new RenderedPiece(parts[0], IsContent: false);
        foreach (var part in parts.Skip(1))
        {
            var close = part.IndexOf(Close, StringComparison.Ordinal);
            var turn = turns[int.Parse(part.AsSpan(0, close), CultureInfo.InvariantCulture)];
            var trims = _trims.GetOrAdd(turn.Role, Trims);
            yield return new RenderedPiece(trims ? turn.Content.Trim() : turn.Content, IsContent: true);
            yield return new RenderedPiece(part[(close + 1)..], IsContent: false);
        }
    }
}

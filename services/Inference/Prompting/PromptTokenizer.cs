using System.Text;
using Millrace.LlamaCpp;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Inference.Prompting;

/// <summary>
/// Turns prompts into a model's tokens. Control tokens come from the template alone: one that is spelled in a message stays text. Between
/// two control tokens, template text and contents are tokenized as one text, so the ids of ordinary chats are the same as if the whole
/// rendered chat had been tokenized. Thread-safe.
/// </summary>
internal sealed class PromptTokenizer(string model, LlamaVocab vocab, string? template)
{
    private readonly ChatTemplate _template = new(model, template);
    private readonly ControlTokens _controls = new(vocab);

    /// <summary>The tokens of a prompt.</summary>
    /// <exception cref="MillraceException"><see cref="Reason.InvalidArgument"/>.</exception>
    public IReadOnlyList<int> Tokenize(Prompt prompt) => prompt switch
    {
        TextPrompt text => Tokenize(text.Text, addSpecial: true, parseSpecial: false),
        TokenPrompt tokens => Checked(tokens.Ids, "tokens.ids"),
        ChatPrompt chat => TokenizeChat(chat),
        _ => throw new ArgumentOutOfRangeException(nameof(prompt)),
    };

    /// <summary>The tokens of a text.</summary>
    public int[] Tokenize(string text, bool addSpecial, bool parseSpecial) =>
        [.. vocab.Tokenize(text, addSpecial, parseSpecial).Select(token => token.Id)];

    /// <summary>Number of tokens of a text, without any that the model expects around it.</summary>
    public int Count(string text) => vocab.CountTokens(text);

    /// <summary>The text of tokens; control tokens are spelled out.</summary>
    /// <exception cref="MillraceException"><see cref="Reason.InvalidArgument"/>: an id is not of this vocabulary.</exception>
    public string Detokenize(IReadOnlyList<int> ids) =>
        vocab.Detokenize([.. Checked(ids, "ids").Select(id => new LlamaToken(id))], special: true);

    private IReadOnlyList<int> Checked(IReadOnlyList<int> ids, string field)
    {
        for (var i = 0; i < ids.Count; i++)
            if (!vocab.Contains(new LlamaToken(ids[i])))
                throw MillraceException.InvalidArgument(
                    $"{field}[{i}]", $"{field}[{i}] is {ids[i]}, which '{model}' does not have: its ids are 0 to {vocab.Count - 1}.");
        return ids;
    }

    private List<int> TokenizeChat(ChatPrompt chat)
    {
        var ids = new List<int>();
        var plain = new StringBuilder();
        var stripNext = false;
        foreach (var piece in _template.Render(chat))
        {
            if (piece.IsContent) plain.Append(piece.Text);
            else AddTemplateText(piece.Text, plain, ids, ref stripNext);
        }

        Flush(plain, ids, ref stripNext);
        if (vocab is { AddsBos: true, Bos: { } bos } && (ids.Count == 0 || ids[0] != bos.Id)) ids.Insert(0, bos.Id);
        return ids;
    }

    private void AddTemplateText(ReadOnlySpan<char> text, StringBuilder plain, List<int> ids, ref bool stripNext)
    {
        while (_controls.FirstIn(text) is { } control)
        {
            plain.Append(text[..control.Index]);
            Flush(plain, ids, ref stripNext);
            ids.Add(control.Id);
            stripNext = control.StripsRight;
            text = text[(control.Index + control.Length)..];
        }

        plain.Append(text);
    }

    private void Flush(StringBuilder plain, List<int> ids, ref bool stripNext)
    {
        var text = stripNext ? plain.ToString().TrimStart() : plain.ToString();
        plain.Clear();
        stripNext = false;
        if (text.Length > 0) ids.AddRange(Tokenize(text, addSpecial: false, parseSpecial: false));
    }
}

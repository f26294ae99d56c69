using System.Text;
using Markdig.Extensions.TaskLists;
using Markdig.Syntax.Inlines;

namespace Millrace.Retrieval.Parsing;

/// <summary>The words of a Markdown paragraph, without its marks.</summary>
/// <param name="budget">What the document may take.</param>
internal sealed class MarkdownInlines(ParsingBudget budget)
{
    /// <summary>The text of a paragraph; a hard break is a line feed, a soft one a space.</summary>
    public string Text(ContainerInline? inlines)
    {
        if (inlines is null) return "";
        var text = new StringBuilder();
        Append(inlines, text, depth: 0);
        return text.ToString();
    }

    private void Append(ContainerInline container, StringBuilder text, int depth)
    {
        budget.RequireDepth(depth);
        foreach (var inline in container) Append(inline, text, depth);
    }

    private void Append(Inline inline, StringBuilder text, int depth)
    {
        switch (inline)
        {
            case LiteralInline literal: text.Append(literal.Content.AsSpan()); break;
            case CodeInline code: text.Append(code.Content); break;
            case LineBreakInline lineBreak: text.Append(lineBreak.IsHard ? '\n' : ' '); break;
            case AutolinkInline link: text.Append(link.Url); break;
            case HtmlEntityInline entity: text.Append(entity.Transcoded.AsSpan()); break;
            case HtmlInline html when html.Tag.StartsWith("<br", StringComparison.OrdinalIgnoreCase): text.Append('\n'); break;
            case TaskList task: text.Append(task.Checked ? "[x]" : "[ ]"); break;
            case ContainerInline inner: Append(inner, text, depth + 1); break;
        }
    }
}

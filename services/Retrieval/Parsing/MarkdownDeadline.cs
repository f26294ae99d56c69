using Markdig;
using Markdig.Helpers;
using Markdig.Parsers;
using Markdig.Renderers;

namespace Millrace.Retrieval.Parsing;

/// <summary>Lets the time limit into the Markdown library, which knows no cancellation: a block parser that is asked at every line and an
/// inline parser that is asked at every mark, both of which never match and stop when the time is over.</summary>
internal sealed class MarkdownDeadline : IMarkdownExtension
{
    private static readonly object Key = typeof(MarkdownDeadline);

    /// <summary>A context whose parse stops with the token.</summary>
    public static MarkdownParserContext Context(CancellationToken stop)
    {
        var context = new MarkdownParserContext();
        context.Properties[Key] = stop;
        return context;
    }

    /// <inheritdoc/>
    public void Setup(MarkdownPipelineBuilder pipeline)
    {
        pipeline.BlockParsers.Insert(0, new Lines());
        pipeline.InlineParsers.Insert(0, new Marks());
    }

    /// <inheritdoc/>
    public void Setup(MarkdownPipeline pipeline, IMarkdownRenderer renderer)
    {
    }

    private static void Check(MarkdownParserContext? context)
    {
        if (context?.Properties.TryGetValue(Key, out var stop) == true) ((CancellationToken)stop).ThrowIfCancellationRequested();
    }

    private sealed class Lines : BlockParser
    {
        public override BlockState TryOpen(BlockProcessor processor)
        {
            Check(processor.Context);
            return BlockState.None;
        }
    }

    private sealed class Marks : InlineParser
    {
        public Marks() => OpeningCharacters = ['[', ']', '!', '*', '_', '`', '~', '^', '+', '=', '<', '&', '\\', '|', '\n'];

        public override bool Match(InlineProcessor processor, ref StringSlice slice)
        {
            Check(processor.Context);
            return false;
        }
    }
}

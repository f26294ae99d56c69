using Microsoft.Extensions.Options;
using Millrace.Retrieval.Chunking.Strategies;
using Millrace.Retrieval.Encoders;

namespace Millrace.Retrieval.Chunking;

/// <inheritdoc cref="IChunkerFactory"/>
internal sealed class ChunkerFactory(ITokenCounters counters, IEncoder encoder, IOptions<RetrievalOptions> options) : IChunkerFactory
{
    /// <inheritdoc/>
    public async Task<IChunker> CreateAsync(EncoderChoice choice, ChunkingSettings settings, CancellationToken cancellationToken)
    {
        var meter = await counters.ForAsync(choice.Model, cancellationToken);
        var headers = settings.ContextualHeader ? new HeaderWriter(meter, options.Value.Chunking.HeaderTokensMax) : null;
        return new DocumentChunker(meter, StrategyOf(settings.Strategy, choice), Readable(settings, meter), headers);
    }

    private IChunkStrategy StrategyOf(ChunkingStrategy strategy, EncoderChoice choice) => strategy switch
    {
        ChunkingStrategy.Paragraph => new ParagraphStrategy(),
        ChunkingStrategy.Markdown => new MarkdownStrategy(),
        ChunkingStrategy.SentenceWindow => new SentenceWindowStrategy(),
        ChunkingStrategy.Semantic => new SemanticStrategy(encoder, choice),
        ChunkingStrategy.Fixed => new FixedStrategy(),
        _ => new RecursiveStrategy(),
    };

    // What a model cannot read of a chunk could not be found by it.
    private static ChunkingSettings Readable(ChunkingSettings settings, ITextMeter meter)
    {
        var tokensMax = Math.Min(settings.TokensMax, meter.ContextTokensMax);
        return settings with { TokensMax = tokensMax, OverlapTokens = Math.Min(settings.OverlapTokens, tokensMax / 2) };
    }
}

using System.Text.RegularExpressions;
using Millrace.Retrieval.Chunking;
using Millrace.Retrieval.Encoders;
using Millrace.Retrieval.Parsing;

namespace Millrace.Retrieval.Tests.Fixtures;

/// <summary>Counts as the fake embedding service does, here and exactly.</summary>
internal sealed class WordMeter : ITextMeter
{
    private const int AddedTokens = 2;

    public bool IsExact => true;

    public int ContextTokensMax { get; init; } = int.MaxValue;

    public Task<IReadOnlyList<int>> CountAsync(IReadOnlyList<string> texts, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<int>>([.. texts.Select(FakeEmbeddingService.CountTokens)]);

    public Task<ITextMeasure> MeasureAsync(string text, CancellationToken cancellationToken) =>
        Task.FromResult<ITextMeasure>(Measure(text));

    public static ITextMeasure Measure(string text)
    {
        var measure = new WordMeasure(AddedTokens, (_, part) => Count(text.AsSpan(part.Start, part.Length)));
        foreach (Match token in FakeEmbeddingService.Tokens(text)) measure.Add(token.Index, token.Index + token.Length, 1);
        return measure;

        static int Count(ReadOnlySpan<char> part) => FakeEmbeddingService.CountTokens(part.ToString()) - AddedTokens;
    }

    /// <summary>Cuts a document.</summary>
    public static Task<IReadOnlyList<Chunk>> CutAsync(IChunkStrategy strategy, ParsedDocument document, ChunkingSettings settings) =>
        new DocumentChunker(new WordMeter(), strategy, settings, headers: null).CutAsync(document, CancellationToken.None);
}

using Millrace.Bench.Harness;
using Millrace.LlamaCpp;

namespace Millrace.Bench.Embedding;

/// <summary>The encoder without a service around it: texts are tokenized and computed in batches, in this process, on one thread.</summary>
internal sealed class BareEncoder : IDisposable
{
    private readonly LlamaModel _model;
    private readonly LlamaContext _context;
    private readonly LlamaBatch _batch;

    /// <summary>Loads a model, with the context that the service gives it.</summary>
    public BareEncoder(string path, int batchTexts, int batchTokens)
    {
        _model = LlamaModel.Load(path);
        var tokens = Math.Max(batchTokens, _model.Metadata.ContextTokensTrained);
        _context = _model.CreateContext(new LlamaContextOptions
        {
            ContextTokens = tokens,
            BatchTokensMax = tokens,
            MicroBatchTokensMax = tokens,
            SequencesMax = batchTexts,
            Threads = BenchOptions.Threads,
            BatchThreads = BenchOptions.Threads,
            Embeddings = true,
            UnifiedCache = true,
        });
        _batch = new LlamaBatch(tokens);
    }

    /// <summary>Embeds texts, so many together.</summary>
    /// <returns>The number of vectors.</returns>
    public int Embed(IReadOnlyList<string> texts, int together) => Vectors(texts, together).Count();

    /// <summary>The vectors of texts, so many together, in their order.</summary>
    public IEnumerable<float[]> Vectors(IReadOnlyList<string> texts, int together) =>
        texts.Chunk(Math.Min(together, _context.SequencesMax)).SelectMany(Compute);

    /// <inheritdoc/>
    public void Dispose()
    {
        _context.Dispose();
        _model.Dispose();
    }

    private List<float[]> Compute(string[] texts)
    {
        _context.Memory?.Clear();
        _batch.Clear();
        for (var i = 0; i < texts.Length; i++) Add(_model.Vocab.Tokenize(texts[i], addSpecial: true), new LlamaSequenceId(i));
        if (_context.Decode(_batch) is not DecodeResult.Ok and var result) throw new BenchException($"The encoder ended with {result}.");
        return [.. Enumerable.Range(0, texts.Length).Select(i => _context.GetSequenceEmbedding(new LlamaSequenceId(i)).ToArray())];
    }

    private void Add(LlamaToken[] tokens, LlamaSequenceId sequence)
    {
        for (var i = 0; i < tokens.Length; i++) _batch.Add(tokens[i], i, sequence, output: true);
    }
}

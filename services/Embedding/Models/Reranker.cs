using System.Numerics.Tensors;
using Millrace.LlamaCpp;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Embedding.Models;

/// <summary>A document's place.</summary>
/// <param name="Index">Index among the documents given.</param>
/// <param name="Score">Relevance in [0, 1].</param>
internal readonly record struct RankedDocument(int Index, float Score);

/// <summary>The documents in order.</summary>
/// <param name="Model">The model that ordered them.</param>
/// <param name="Documents">Best first.</param>
/// <param name="TokenCount">Tokens read in all.</param>
internal sealed record Ranking(string Model, IReadOnlyList<RankedDocument> Documents, int TokenCount);

/// <summary>Scores documents against a query with a cross-encoder.</summary>
internal sealed class Reranker(EncoderCatalog catalog)
{
    private const int DocumentsMax = 1024;

    /// <summary>Orders documents. One that is too long is read as far as the context goes.</summary>
    /// <exception cref="MillraceException">The query is empty or leaves no room for a document.</exception>
    public async Task<Ranking> RankAsync(
        string model, string query, IReadOnlyList<string> documents, int topN, CancellationToken cancellationToken)
    {
        TextRules.NotEmpty("query", query);
        TextRules.Count("documents", documents.Count, DocumentsMax);
        var encoder = catalog.Find(model, EncoderTask.Rerank);
        var (pairs, encoding) = Begin(encoder, query, documents, cancellationToken);
        var outputs = await encoding;
        var ranked = outputs.Select((scores, i) => new RankedDocument(i, Sigmoid(scores[0])))
            .OrderByDescending(document => document.Score).ThenBy(document => document.Index)
            .Take(topN > 0 ? topN : documents.Count);
        return new Ranking(encoder.Name, [.. ranked], pairs.Sum(pair => pair.Length));
    }

    private static (List<LlamaToken[]> Pairs, Task<float[][]> Encoding) Begin(
        Encoder encoder, string query, IReadOnlyList<string> documents, CancellationToken cancellationToken)
    {
        using var arrival = encoder.Engine.Arrive();
        var pairs = Read(encoder, query, documents);
        return (pairs, encoder.Engine.EncodeAsync(pairs, cancellationToken));
    }

    private static List<LlamaToken[]> Read(Encoder encoder, string query, IReadOnlyList<string> documents)
    {
        var queryTokens = encoder.Vocab.Tokenize(query);
        var room = encoder.Engine.TextTokensMax - queryTokens.Length - SpecialTokens;
        if (room < 1)
            throw new MillraceException(
                Reason.ContextLengthExceeded,
                $"query has {queryTokens.Length} tokens; {encoder.Name} reads at most {queryTokens.Length + room - 1} before a document. "
                    + "Shorten it.")
            {
                Param = "query",
            };

        return documents.Select(document => Pair(encoder.Vocab, queryTokens, document, room)).ToList();
    }

    /// <summary>[CLS] query [SEP] document [SEP].</summary>
    private const int SpecialTokens = 3;

    private static LlamaToken[] Pair(LlamaVocab vocab, LlamaToken[] query, string document, int room)
    {
        var tokens = vocab.Tokenize(document).AsSpan();
        var cls = vocab.Cls ?? throw Unusable("[CLS]");
        var sep = vocab.Sep ?? throw Unusable("[SEP]");
        return [cls, .. query, sep, .. tokens[..Math.Min(tokens.Length, room)], sep];
    }

    private static MillraceException Unusable(string token) => new(
        Reason.ModelUnavailable, $"The reranker's vocabulary has no {token} token. Configure another model in Embedding:RerankModels.");

    private static float Sigmoid(float logit)
    {
        Span<float> value = [logit];
        TensorPrimitives.Sigmoid(value, value);
        return value[0];
    }
}

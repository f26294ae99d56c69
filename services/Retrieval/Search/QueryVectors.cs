using System.Collections.Concurrent;
using System.Numerics.Tensors;
using Millrace.Retrieval.Encoders;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Retrieval.Search;

/// <summary>The vectors of a query's wordings in one model.</summary>
/// <param name="Values">A vector for each wording, in order; empty for one that could not be embedded.</param>
/// <param name="Outage">Why some could not be; null when all could.</param>
internal sealed record WordingVectors(IReadOnlyList<ReadOnlyMemory<float>> Values, MillraceException? Outage);

/// <summary>
/// Embeds the wordings of one query, once for each model: queries in one call, answers as they might stand in a document in another. A
/// vector that the caller has is used for the model that it is from, or, where that is not said, for the only one whose vectors have its
/// length.
/// </summary>
internal sealed class QueryVectors
{
    private readonly IEncoder _encoder;
    private readonly IReadOnlyList<QueryWording> _wordings;
    private readonly ReadOnlyMemory<float> _given;
    private readonly IReadOnlyList<EncoderChoice> _givenFits = [];
    private readonly ConcurrentDictionary<EncoderChoice, Lazy<Task<WordingVectors>>> _byEncoder = new();

    /// <summary>Takes a query; embeds nothing yet.</summary>
    /// <exception cref="MillraceException">The caller's vector, of which no model is named, fits no collection.</exception>
    public QueryVectors(IEncoder encoder, QueryPlan plan, IReadOnlyList<SearchedCollection> collections)
    {
        (_encoder, _wordings, _given) = (encoder, plan.Wordings, OfLengthOne(plan.Query.Vector));
        if (_given.Length > 0) _givenFits = Fitting(_given.Length, plan.Query.VectorModel, collections);
    }

    /// <summary>Whether nothing has to be embedded for a model, since the caller gave all that there is.</summary>
    public bool AreGiven(EncoderChoice encoder) => _givenFits.Contains(encoder) && _wordings.Count == 1;

    /// <summary>The vectors in one model.</summary>
    /// <param name="encoder">The model.</param>
    /// <param name="cancellationToken">Stops embedding.</param>
    /// <exception cref="MillraceException">The texts are refused. An outage is told in the result instead.</exception>
    public Task<WordingVectors> InAsync(EncoderChoice encoder, CancellationToken cancellationToken) => _byEncoder.GetOrAdd(
        encoder, choice => new Lazy<Task<WordingVectors>>(() => EmbedAsync(choice, cancellationToken))).Value;

    private async Task<WordingVectors> EmbedAsync(EncoderChoice encoder, CancellationToken cancellationToken)
    {
        var values = new ReadOnlyMemory<float>[_wordings.Count];
        var isGiven = _givenFits.Contains(encoder);
        if (isGiven) values[0] = _given;
        var outages = await Task.WhenAll(FillAsync(TextPurpose.Query), FillAsync(TextPurpose.Passage));
        return new WordingVectors(values, outages.FirstOrDefault(outage => outage is not null));

        async Task<MillraceException?> FillAsync(TextPurpose purpose)
        {
            List<int> wanted =
            [
                .. Enumerable.Range(isGiven ? 1 : 0, _wordings.Count - (isGiven ? 1 : 0))
                    .Where(i => _wordings[i].IsPassage == (purpose == TextPurpose.Passage)),
            ];
            if (wanted.Count == 0) return null;
            try
            {
                var texts = wanted.ConvertAll(i => _wordings[i].Text);
                var embeddings = await _encoder.EmbedAsync(encoder, texts, purpose, cancellationToken);
                for (var i = 0; i < wanted.Count; i++) values[wanted[i]] = embeddings[i];
                return null;
            }
            catch (MillraceException error) when (error.IsOutage(cancellationToken))
            {
                return error;
            }
        }
    }

    // Every index compares vectors of length 1.
    private static ReadOnlyMemory<float> OfLengthOne(ReadOnlyMemory<float> vector)
    {
        if (vector.Length == 0) return vector;
        var norm = TensorPrimitives.Norm(vector.Span);
        if (!float.IsNormal(norm))
            throw MillraceException.InvalidArgument(
                "query_vector", "query_vector has no direction: its values are all 0, or too small or too large to be compared.");
        var unit = new float[vector.Length];
        TensorPrimitives.Divide(vector.Span, norm, unit);
        return unit;
    }

    // A caller who names the model may be late: the collection was reindexed meanwhile. Who does not name it has made a mistake.
    private static List<EncoderChoice> Fitting(int length, string model, IReadOnlyList<SearchedCollection> collections)
    {
        var indexed = collections.Where(collection => collection.Dimension > 0).ToList();
        List<EncoderChoice> fitting =
            [.. indexed.Where(collection => collection.Dimension == length).Select(collection => collection.Encoder).Distinct()];
        if (model.Length > 0) return fitting.FindAll(choice => choice.Model == model);
        if (fitting.Count == 0 && indexed.Count > 0)
            throw MillraceException.InvalidArgument(
                "query_vector",
                $"The query's vector has {length} values, and those of collection '{indexed[0].Name}' have {indexed[0].Dimension}. Embed "
                + "the query with the collection's model, or leave the vector out.");
        return fitting.Count == 1 ? fitting : [];
    }
}

/// <summary>Which failures cost quality, and not the answer.</summary>
internal static class Outages
{
    /// <summary>Whether another service cannot do its part now: what the caller did wrong stays an error.</summary>
    public static bool IsOutage(this MillraceException error, CancellationToken cancellationToken) =>
        error.Reason is not (Reason.InvalidArgument or Reason.Cancelled) && !cancellationToken.IsCancellationRequested;
}

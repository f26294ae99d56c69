using System.Numerics.Tensors;
using Millrace.Retrieval.Encoders;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Retrieval.Search;

/// <summary>
/// Chooses the collections whose description is closest to the query. All are compared in one model, the first collection's, since
/// similarities of different models say nothing about each other. Those without a description come last; where none has one, or the query
/// cannot be embedded, all are searched.
/// </summary>
internal sealed class CollectionRouter(IEncoder encoder, DescriptionVectors descriptions)
{
    /// <summary>Name of what was missing when the query could not be embedded.</summary>
    public const string Stage = "routing";

    /// <summary>Chooses collections.</summary>
    /// <param name="collections">Those that the caller names, at least one.</param>
    /// <param name="countMax">Most to choose; 0 for all.</param>
    /// <param name="vectors">The query.</param>
    /// <param name="cancellationToken">Stops choosing.</param>
    /// <returns>The chosen, closest first; and why all were, if that was not wished.</returns>
    public async Task<(IReadOnlyList<RoutedCollection> Collections, MillraceException? Outage)> RouteAsync(
        IReadOnlyList<SearchedCollection> collections, int countMax, QueryVectors vectors, CancellationToken cancellationToken)
    {
        IReadOnlyList<RoutedCollection> all = [.. collections.Select(collection => new RoutedCollection(collection, Similarity: 0))];
        var described = collections.Where(collection => collection.Description.Length > 0).ToList();
        if (countMax == 0 || countMax >= collections.Count || described.Count == 0) return (all, null);

        var model = collections[0].Encoder;
        var query = await vectors.InAsync(model, cancellationToken);
        if (query.Outage is { } outage) return (all, outage);
        try
        {
            var known = await descriptions.OfAsync(encoder, model, [.. described.Select(one => one.Description)], cancellationToken);
            // A default model that was changed meanwhile makes vectors of another length than those that are kept.
            var similarities = collections.ToDictionary(
                collection => collection,
                collection => known.TryGetValue(collection.Description, out var vector) && vector.Length == query.Values[0].Length
                    ? TensorPrimitives.Dot(vector.Span, query.Values[0].Span)
                    : (float?)null);
            var closest = collections.OrderByDescending(collection => similarities[collection] ?? float.NegativeInfinity).Take(countMax);
            return ([.. closest.Select(collection => new RoutedCollection(collection, similarities[collection] ?? 0))], null);
        }
        catch (MillraceException error) when (error.IsOutage(cancellationToken))
        {
            return (all, error);
        }
    }
}

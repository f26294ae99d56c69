using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Options;
using Millrace.Contracts.Retrieval.V1;
using Millrace.ServiceDefaults.Calls;

namespace Millrace.Gateway.Retrieval;

/// <summary>What makes a vector comparable with those of a collection.</summary>
/// <param name="Model">The embedding model.</param>
/// <param name="Dimension">Length of the vectors; 0 for the model's own.</param>
public sealed record VectorSpace(string Model, int Dimension);

/// <summary>Which embedding model the vectors of a collection are of. A question is of use only as a vector of the same model.</summary>
public sealed class CollectionModels(RetrievalService.RetrievalServiceClient retrieval, IOptions<GatewayOptions> options) : IDisposable
{
    private const int TenantsMax = 1024;

    private readonly MemoryCache _cache = new(new MemoryCacheOptions { SizeLimit = TenantsMax });

    /// <summary>The one kind of vectors that some collections of the caller's tenant have.</summary>
    /// <returns>
    /// The kind; null when they have several, when one of the collections is not known yet, or when one gets another index, which may take
    /// the old one's place at any moment.
    /// </returns>
    public async Task<VectorSpace?> FindCommonAsync(IReadOnlyList<string> collections, CancellationToken cancellationToken)
    {
        var spaces = await ListAsync(cancellationToken);
        var used = collections.Select(name => spaces.GetValueOrDefault(name)).Distinct().ToList();
        return used is [{ } space] ? space : null;
    }

    /// <inheritdoc/>
    public void Dispose() => _cache.Dispose();

    private async Task<Dictionary<string, VectorSpace>> ListAsync(CancellationToken cancellationToken)
    {
        var tenant = CallContext.Current.Tenant;
        if (_cache.TryGetValue(tenant, out Dictionary<string, VectorSpace>? known) && known is not null) return known;

        var answer = await retrieval.ListCollectionsAsync(new ListCollectionsRequest(), cancellationToken: cancellationToken);
        var spaces = answer.Collections
            .Where(collection => collection.Reindexing is null)
            .ToDictionary(
                collection => collection.Name, collection => new VectorSpace(collection.EmbeddingModel, (int)collection.Dimension));
        return _cache.Set(
            tenant, spaces, new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = options.Value.ModelListAge });
    }
}

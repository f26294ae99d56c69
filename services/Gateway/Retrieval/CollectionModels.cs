using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Options;
using Millrace.Contracts.Retrieval.V1;
using Millrace.ServiceDefaults.Calls;

namespace Millrace.Gateway.Retrieval;

/// <summary>Which embedding model the vectors of a collection are of. A question is of use only as a vector of the same model.</summary>
public sealed class CollectionModels(RetrievalService.RetrievalServiceClient retrieval, IOptions<GatewayOptions> options) : IDisposable
{
    private const int TenantsMax = 1024;

    private readonly MemoryCache _cache = new(new MemoryCacheOptions { SizeLimit = TenantsMax });

    /// <summary>The one model of some collections of the caller's tenant.</summary>
    /// <returns>Its name; null when they have several, or when one of the collections is not known yet.</returns>
    public async Task<string?> FindCommonAsync(IReadOnlyList<string> collections, CancellationToken cancellationToken)
    {
        var models = await ListAsync(cancellationToken);
        var used = collections.Select(name => models.GetValueOrDefault(name)).Distinct().ToList();
        return used is [{ } model] ? model : null;
    }

    /// <inheritdoc/>
    public void Dispose() => _cache.Dispose();

    private async Task<Dictionary<string, string>> ListAsync(CancellationToken cancellationToken)
    {
        var tenant = CallContext.Current.Tenant;
        if (_cache.TryGetValue(tenant, out Dictionary<string, string>? known) && known is not null) return known;

        var answer = await retrieval.ListCollectionsAsync(new ListCollectionsRequest(), cancellationToken: cancellationToken);
        var models = answer.Collections.ToDictionary(collection => collection.Name, collection => collection.EmbeddingModel);
        return _cache.Set(
            tenant, models, new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = options.Value.ModelListAge });
    }
}

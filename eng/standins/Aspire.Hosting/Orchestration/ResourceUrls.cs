using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Orchestration;

/// <summary>The URLs of a resource as the table and the snapshots show them.</summary>
internal static class ResourceUrls
{
    public static IEnumerable<UrlSnapshot> Of(IResource resource)
    {
        if (resource is not IResourceWithEndpoints withEndpoints) yield break;
        foreach (var endpoint in withEndpoints.GetEndpoints().Where(endpoint => endpoint.IsAllocated))
        {
            var url = new ResourceUrlAnnotation { Url = endpoint.Url, Endpoint = endpoint };
            foreach (var change in resource.Annotations.OfType<EndpointUrlCallbackAnnotation>().Where(change => IsFor(change, endpoint)))
                change.Callback(url);
            yield return new UrlSnapshot(url.DisplayText ?? endpoint.EndpointName, url.Url, IsInternal: false);
        }
    }

    private static bool IsFor(EndpointUrlCallbackAnnotation change, EndpointReference endpoint) =>
        string.Equals(change.EndpointName, endpoint.EndpointName, StringComparison.OrdinalIgnoreCase);
}

using System.Net.Sockets;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

public static class EndpointResourceBuilderExtensions
{
    /// <summary>Adds an http endpoint; <paramref name="env"/> names the variable that receives the port to listen on.</summary>
    public static IResourceBuilder<T> WithHttpEndpoint<T>(
        this IResourceBuilder<T> builder, int? port = null, int? targetPort = null, string? name = null, string? env = null,
        bool isProxied = true)
        where T : IResourceWithEndpoints =>
        builder.WithEndpoint(port, targetPort, "http", name, env, isProxied);

    /// <summary>Adds an endpoint; its name is its scheme unless given, its scheme tcp.</summary>
    public static IResourceBuilder<T> WithEndpoint<T>(
        this IResourceBuilder<T> builder, int? port = null, int? targetPort = null, string? scheme = null, string? name = null,
        string? env = null, bool isProxied = true, bool? isExternal = null, ProtocolType? protocol = null)
        where T : IResourceWithEndpoints
    {
        var endpoint = new EndpointAnnotation(
            protocol ?? ProtocolType.Tcp, scheme, null, name, port, targetPort, isExternal, isProxied);
        if (Find(builder.Resource, endpoint.Name) is not null)
            throw new DistributedApplicationException(
                $"Endpoint with name '{endpoint.Name}' already exists. Endpoint name may not have been explicitly specified and was "
                + "derived automatically from scheme argument (e.g. 'http', 'https', or 'tcp'). Each endpoint must have a unique name.");
        builder.WithAnnotation(endpoint);
        if (env is not null) builder.InjectTargetPort(env, endpoint.Name);
        return builder;
    }

    /// <summary>Changes an endpoint, and adds it first where it is missing.</summary>
    public static IResourceBuilder<T> WithEndpoint<T>(
        this IResourceBuilder<T> builder, string endpointName, Action<EndpointAnnotation> callback, bool createIfNotExists = true)
        where T : IResourceWithEndpoints
    {
        var endpoint = Find(builder.Resource, endpointName);
        if (endpoint is null && !createIfNotExists) return builder;
        if (endpoint is null) builder.WithAnnotation(endpoint = new EndpointAnnotation(ProtocolType.Tcp, name: endpointName));
        callback(endpoint);
        return builder;
    }

    /// <summary>Marks every http endpoint as reachable from outside.</summary>
    public static IResourceBuilder<T> WithExternalHttpEndpoints<T>(this IResourceBuilder<T> builder) where T : IResourceWithEndpoints =>
        builder.ForEachHttpEndpoint(endpoint => endpoint.IsExternal = true);

    /// <summary>Marks every http endpoint as HTTP/2 in the model; the server is configured elsewhere.</summary>
    public static IResourceBuilder<T> AsHttp2Service<T>(this IResourceBuilder<T> builder) where T : IResourceWithEndpoints =>
        builder.ForEachHttpEndpoint(endpoint => endpoint.Transport = "http2");

    public static EndpointReference GetEndpoint<T>(this IResourceBuilder<T> builder, string name) where T : IResourceWithEndpoints =>
        builder.Resource.GetEndpoint(name);

    /// <summary>Changes how the resource table shows an endpoint.</summary>
    public static IResourceBuilder<T> WithUrlForEndpoint<T>(
        this IResourceBuilder<T> builder, string endpointName, Action<ResourceUrlAnnotation> callback) where T : IResource =>
        builder.WithAnnotation(new EndpointUrlCallbackAnnotation(endpointName, callback));

    private static IResourceBuilder<T> ForEachHttpEndpoint<T>(this IResourceBuilder<T> builder, Action<EndpointAnnotation> change)
        where T : IResourceWithEndpoints
    {
        foreach (var endpoint in builder.Resource.Annotations.OfType<EndpointAnnotation>().Where(e => e.IsHttp)) change(endpoint);
        return builder;
    }

    private static void InjectTargetPort<T>(this IResourceBuilder<T> builder, string variable, string endpointName)
        where T : IResourceWithEndpoints
    {
        var port = builder.GetEndpoint(endpointName).Property(EndpointProperty.TargetPort);
        builder.WithAnnotation(new EnvironmentCallbackAnnotation(context =>
        {
            context.EnvironmentVariables[variable] = port;
            return Task.CompletedTask;
        }));
    }

    private static EndpointAnnotation? Find(IResource resource, string name) => resource.Annotations.OfType<EndpointAnnotation>()
        .SingleOrDefault(endpoint => string.Equals(endpoint.Name, name, StringComparison.OrdinalIgnoreCase));
}

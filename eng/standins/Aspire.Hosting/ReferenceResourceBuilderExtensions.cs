using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

/// <summary><c>WithReference</c>: how one resource learns where another is. It does not wait.</summary>
public static class ReferenceResourceBuilderExtensions
{
    /// <summary>Injects every endpoint of the source.</summary>
    public static IResourceBuilder<TDestination> WithReference<TDestination>(
        this IResourceBuilder<TDestination> builder, IResourceBuilder<IResourceWithServiceDiscovery> source)
        where TDestination : IResourceWithEnvironment => builder.ReferTo(source.Resource, endpointName: null, serviceName: null);

    /// <summary>Injects every endpoint of the source under another name.</summary>
    public static IResourceBuilder<TDestination> WithReference<TDestination>(
        this IResourceBuilder<TDestination> builder, IResourceBuilder<IResourceWithServiceDiscovery> source, string name)
        where TDestination : IResourceWithEnvironment => builder.ReferTo(source.Resource, endpointName: null, name);

    /// <summary>Injects one endpoint; repeated references to the same source merge.</summary>
    public static IResourceBuilder<TDestination> WithReference<TDestination>(
        this IResourceBuilder<TDestination> builder, EndpointReference endpointReference)
        where TDestination : IResourceWithEnvironment =>
        builder.ReferTo(endpointReference.Resource, endpointReference.EndpointName, serviceName: null);

    /// <summary>Injects <c>ConnectionStrings__NAME</c> and the properties of the connection.</summary>
    public static IResourceBuilder<TDestination> WithReference<TDestination>(
        this IResourceBuilder<TDestination> builder, IResourceBuilder<IResourceWithConnectionString> source,
        string? connectionName = null, bool optional = false) where TDestination : IResourceWithEnvironment
    {
        var resource = source.Resource;
        var name = connectionName ?? resource.Name;
        return builder.RelateTo(resource).WithEnvironment(context =>
        {
            var variable = resource.ConnectionStringEnvironmentVariable ?? $"ConnectionStrings__{name}";
            context.EnvironmentVariables[variable] = new ConnectionStringReference(resource, optional);
            foreach (var (key, value) in resource.GetConnectionProperties())
                context.EnvironmentVariables[$"{EnvironmentName.Encode(name)}_{key}".ToUpperInvariant()] = value;
        });
    }

    /// <summary>Injects the URL of a service that somebody else runs.</summary>
    public static IResourceBuilder<TDestination> WithReference<TDestination>(
        this IResourceBuilder<TDestination> builder, IResourceBuilder<ExternalServiceResource> externalService)
        where TDestination : IResourceWithEnvironment
    {
        var service = externalService.Resource;
        return builder.RelateTo(service).WithEnvironment(async context =>
        {
            var url = service.Uri?.ToString() ?? await service.UrlParameter!.GetValueAsync(context.CancellationToken);
            var scheme = new Uri(url ?? "", UriKind.Absolute).Scheme;
            var variable = EnvironmentName.Encode(service.Name).ToUpperInvariant();
            context.EnvironmentVariables[$"services__{service.Name}__{scheme}__0"] = url!;
            context.EnvironmentVariables[service.Uri is null ? $"{variable}_{scheme.ToUpperInvariant()}" : variable] = url!;
        });
    }

    /// <summary>Injects a fixed address.</summary>
    public static IResourceBuilder<TDestination> WithReference<TDestination>(
        this IResourceBuilder<TDestination> builder, string name, Uri uri)
        where TDestination : IResourceWithEnvironment
    {
        if (!uri.IsAbsoluteUri) throw new InvalidOperationException("The uri for service reference must be absolute.");
        if (uri.AbsolutePath != "/") throw new InvalidOperationException("The uri absolute path must be \"/\".");
        return builder.WithEnvironment($"services__{name}__default__0", uri.ToString())
            .WithEnvironment(EnvironmentName.Encode(name).ToUpperInvariant(), uri.ToString());
    }

    public static IResourceBuilder<T> WithParentRelationship<T>(this IResourceBuilder<T> builder, IResourceBuilder<IResource> parent)
        where T : IResource => builder.WithParentRelationship(parent.Resource);

    public static IResourceBuilder<T> WithParentRelationship<T>(this IResourceBuilder<T> builder, IResource parent)
        where T : IResource => builder.WithAnnotation(new ResourceRelationshipAnnotation(parent, "Parent"));

    private static IResourceBuilder<TDestination> ReferTo<TDestination>(
        this IResourceBuilder<TDestination> builder, IResourceWithEndpoints source, string? endpointName, string? serviceName)
        where TDestination : IResourceWithEnvironment
    {
        var reference = builder.Resource.Annotations.OfType<EndpointReferenceAnnotation>()
            .SingleOrDefault(known => ReferenceEquals(known.Resource, source) && known.ServiceName == serviceName);
        if (reference is null)
        {
            reference = new EndpointReferenceAnnotation(source, serviceName);
            builder.RelateTo(source).WithAnnotation(reference).WithEnvironment(context => Inject(context, reference));
        }

        if (endpointName is null) reference.UseAllEndpoints = true;
        else reference.EndpointNames.Add(endpointName);
        return builder;
    }

    private static void Inject(EnvironmentCallbackContext context, EndpointReferenceAnnotation reference)
    {
        var serviceName = reference.ServiceName ?? reference.Resource.Name;
        var prefix = reference.ServiceName is { } custom
            ? EnvironmentName.Encode(custom)
            : EnvironmentName.Encode(serviceName).ToUpperInvariant();
        foreach (var endpoint in reference.Resource.GetEndpoints())
        {
            if (!reference.UseAllEndpoints && !reference.EndpointNames.Contains(endpoint.EndpointName)) continue;
            var suffix = EnvironmentName.Encode(endpoint.EndpointName).ToUpperInvariant();
            context.EnvironmentVariables[$"{prefix}_{suffix}"] = endpoint;
            context.EnvironmentVariables[$"services__{serviceName}__{endpoint.EndpointName}__0"] = endpoint;
        }
    }

    private static IResourceBuilder<T> RelateTo<T>(this IResourceBuilder<T> builder, IResource source) where T : IResource =>
        builder.WithAnnotation(new ResourceRelationshipAnnotation(source, "Reference"));
}

internal static class EnvironmentName
{
    /// <summary>Turns a name into an identifier: other characters become underscores, and a leading digit gets one before it.</summary>
    public static string Encode(string name)
    {
        var encoded = string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) || c == '_' ? c : '_'));
        return encoded.Length > 0 && char.IsAsciiDigit(encoded[0]) ? $"_{encoded}" : encoded;
    }
}

using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Configuration;

namespace Aspire.Hosting;

public static class ParameterResourceBuilderExtensions
{
    /// <summary>Adds a value that configuration gives as <c>Parameters:NAME</c>.</summary>
    public static IResourceBuilder<ParameterResource> AddParameter(
        this IDistributedApplicationBuilder builder, string name, bool secret = false)
    {
        var key = $"Parameters:{name}";
        return builder.AddResource(new ParameterResource(
            name, fallback => builder.Configuration[key] ?? fallback?.GetDefaultValue() ?? throw MissingParameter(key), secret));
    }

    /// <summary>Adds a value that configuration may override as <c>Parameters:NAME</c>.</summary>
    public static IResourceBuilder<ParameterResource> AddParameter(
        this IDistributedApplicationBuilder builder, string name, string value, bool publishValueAsDefault = false, bool secret = false) =>
        builder.AddResource(new ParameterResource(name, _ => builder.Configuration[$"Parameters:{name}"] ?? value, secret));

    /// <summary>Adds a connection string that configuration gives as <c>ConnectionStrings:NAME</c>.</summary>
    public static IResourceBuilder<IResourceWithConnectionString> AddConnectionString(
        this IDistributedApplicationBuilder builder, string name, string? environmentVariableName = null) =>
        builder.AddResource(new ConnectionStringParameterResource(
            name, _ => builder.Configuration.GetConnectionString(name) ?? throw MissingConnectionString(name), environmentVariableName));

    /// <summary>Adds a connection string that is made of other resources' values, and that waits for them.</summary>
    public static IResourceBuilder<ConnectionStringResource> AddConnectionString(
        this IDistributedApplicationBuilder builder, string name, ReferenceExpression connectionStringExpression) =>
        builder.AddResource(new ConnectionStringResource(name, connectionStringExpression));

    private static MissingParameterValueException MissingParameter(string key) => new(
        $"Parameter resource could not be used because configuration key '{key}' is missing and the Parameter has no default value.");

    private static MissingParameterValueException MissingConnectionString(string name) => new(
        $"Connection string parameter resource could not be used because connection string '{name}' is missing.");
}

public static class ExternalServiceBuilderExtensions
{
    public static IResourceBuilder<ExternalServiceResource> AddExternalService(
        this IDistributedApplicationBuilder builder, string name, string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var uri)
            ? builder.AddExternalService(name, uri)
            : throw new ArgumentException($"The URL '{url}' for external service '{name}' is invalid: it must be absolute.", nameof(url));

    public static IResourceBuilder<ExternalServiceResource> AddExternalService(
        this IDistributedApplicationBuilder builder, string name, Uri uri) =>
        uri is { IsAbsoluteUri: true, PathAndQuery: "/" }
            ? builder.AddResource(new ExternalServiceResource(name, uri))
            : throw new ArgumentException($"The URL '{uri}' for external service '{name}' is invalid: it must have no path.", nameof(uri));

    public static IResourceBuilder<ExternalServiceResource> AddExternalService(
        this IDistributedApplicationBuilder builder, string name, IResourceBuilder<ParameterResource> urlParameter) =>
        builder.AddResource(new ExternalServiceResource(name, urlParameter.Resource));
}

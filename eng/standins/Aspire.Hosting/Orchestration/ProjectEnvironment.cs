using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting.Orchestration;

/// <summary>The variables that every project receives, before its own references and settings.</summary>
internal static class ProjectEnvironment
{
    public static void Apply(EnvironmentCallbackContext context, IDistributedApplicationBuilder builder)
    {
        var isDevelopment = builder.Environment.IsDevelopment();
        var variables = context.EnvironmentVariables;
        variables["OTEL_DOTNET_EXPERIMENTAL_OTLP_RETRY"] = "in_memory";
        if (isDevelopment) KeepQueriesInTraces(variables);
        ApplyOtlp(context, builder.Configuration, isDevelopment);
        variables["DOTNET_SYSTEM_CONSOLE_ALLOW_ANSI_COLOR_REDIRECTION"] = "true";
        variables["LOGGING__CONSOLE__FORMATTERNAME"] = "simple";
        ApplyUrls(variables, (IResourceWithEndpoints)context.Resource);
    }

    /// <summary>
    /// Where to send telemetry, and as whom. There is no dashboard here, so the address is set only where the AppHost itself was given one.
    /// </summary>
    public static void ApplyOtlp(EnvironmentCallbackContext context, IConfiguration configuration, bool isDevelopment)
    {
        var variables = context.EnvironmentVariables;
        if (Exporter(configuration) is var (endpoint, protocol))
        {
            variables["OTEL_EXPORTER_OTLP_ENDPOINT"] = endpoint;
            variables["OTEL_EXPORTER_OTLP_PROTOCOL"] = protocol;
        }

        if (configuration["AppHost:OtlpApiKey"] is { } key) variables["OTEL_EXPORTER_OTLP_HEADERS"] = $"x-otlp-api-key={key}";
        variables["OTEL_SERVICE_NAME"] = context.Resource.Name;
        variables["OTEL_RESOURCE_ATTRIBUTES"] = new InstanceAttributes();
        if (isDevelopment) ExportAtOnce(variables);
    }

    private static (string Endpoint, string Protocol)? Exporter(IConfiguration configuration)
    {
        if (configuration["ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL"] is { Length: > 0 } grpc) return (grpc, "grpc");
        if (configuration["ASPIRE_DASHBOARD_OTLP_HTTP_ENDPOINT_URL"] is { Length: > 0 } http) return (http, "http/protobuf");
        return configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] is { Length: > 0 } endpoint
            ? (endpoint, configuration["OTEL_EXPORTER_OTLP_PROTOCOL"] ?? "grpc")
            : null;
    }

    private static void KeepQueriesInTraces(Dictionary<string, object> variables)
    {
        variables["OTEL_DOTNET_EXPERIMENTAL_ASPNETCORE_DISABLE_URL_QUERY_REDACTION"] = "true";
        variables["OTEL_DOTNET_EXPERIMENTAL_HTTPCLIENT_DISABLE_URL_QUERY_REDACTION"] = "true";
    }

    private static void ExportAtOnce(Dictionary<string, object> variables)
    {
        const string IntervalMs = "1000";
        variables["OTEL_BLRP_SCHEDULE_DELAY"] = IntervalMs;
        variables["OTEL_BSP_SCHEDULE_DELAY"] = IntervalMs;
        variables["OTEL_METRIC_EXPORT_INTERVAL"] = IntervalMs;
        variables["OTEL_TRACES_SAMPLER"] = "always_on";
        variables["OTEL_METRICS_EXEMPLAR_FILTER"] = "trace_based";
        variables["OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"] = "true";
    }

    private static void ApplyUrls(Dictionary<string, object> variables, IResourceWithEndpoints resource)
    {
        var endpoints = resource.GetEndpoints().Where(endpoint => endpoint.EndpointAnnotation.IsHttp).ToList();
        if (endpoints.Count > 0) variables.TryAdd("ASPNETCORE_URLS", new ListenUrls(endpoints));
        if (endpoints.Find(endpoint => endpoint.IsHttps) is { } https)
            variables.TryAdd("ASPNETCORE_HTTPS_PORT", https.Property(EndpointProperty.Port));
    }

    /// <summary><c>scheme://host:port</c> of every endpoint, with the ports of the replica that asks.</summary>
    private sealed class ListenUrls(IReadOnlyList<EndpointReference> endpoints) : IValueProvider
    {
        public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default) =>
            GetValueAsync(new ValueProviderContext(), cancellationToken);

        public async ValueTask<string?> GetValueAsync(ValueProviderContext context, CancellationToken cancellationToken = default)
        {
            var urls = new List<string>(endpoints.Count);
            foreach (var endpoint in endpoints)
            {
                var port = await endpoint.Property(EndpointProperty.TargetPort).GetValueAsync(context, cancellationToken);
                urls.Add($"{endpoint.Scheme}://{endpoint.EndpointAnnotation.TargetHost}:{port}");
            }

            return string.Join(';', urls);
        }
    }

    private sealed class InstanceAttributes : IValueProvider
    {
        public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default) => new((string?)null);

        public ValueTask<string?> GetValueAsync(ValueProviderContext context, CancellationToken cancellationToken = default) =>
            new($"service.instance.id={context.InstanceSuffix}");
    }
}

using System.Net.Http.Json;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;

namespace Millrace.Aspire.Standins.Tests.Orchestration;

/// <summary>The variables that a project's process sees.</summary>
public sealed class EnvironmentTests
{
    [Fact]
    public async Task Project_Alone_ReceivesTheVariablesOfEveryProject()
    {
        await using var app = new TestApp();
        app.AddService("back").WithHttpEndpoint(name: "grpc", env: "GRPC_PORT");
        var variables = await StartAndReadAsync(app, "back");

        var instance = await app.HealthyAsync("back");
        var (http, grpc) = (app.App.GetEndpoint("back", "http"), app.App.GetEndpoint("back", "grpc"));
        AssertVariables(variables, new()
        {
            ["OTEL_DOTNET_EXPERIMENTAL_OTLP_RETRY"] = "in_memory",
            ["OTEL_SERVICE_NAME"] = "back",
            ["OTEL_RESOURCE_ATTRIBUTES"] = $"service.instance.id={instance.ResourceId["back-".Length..]}",
            ["DOTNET_SYSTEM_CONSOLE_ALLOW_ANSI_COLOR_REDIRECTION"] = "true",
            ["LOGGING__CONSOLE__FORMATTERNAME"] = "simple",
            ["ASPNETCORE_URLS"] = $"http://localhost:{http.Port};http://localhost:{grpc.Port}",
            ["GRPC_PORT"] = grpc.Port.ToString(),
        });
        Assert.DoesNotContain("OTEL_EXPORTER_OTLP_ENDPOINT", variables.Keys);
        Assert.DoesNotContain("OTEL_TRACES_SAMPLER", variables.Keys);
    }

    [Fact]
    public async Task Project_InDevelopmentWithAnExporter_ReceivesTheTelemetrySettings()
    {
        await using var app = new TestApp(
            "--environment=Development", "--ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL=http://localhost:4317", "--AppHost:OtlpApiKey=k");
        app.AddService("back");

        AssertVariables(await StartAndReadAsync(app, "back"), new()
        {
            ["OTEL_DOTNET_EXPERIMENTAL_ASPNETCORE_DISABLE_URL_QUERY_REDACTION"] = "true",
            ["OTEL_DOTNET_EXPERIMENTAL_HTTPCLIENT_DISABLE_URL_QUERY_REDACTION"] = "true",
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://localhost:4317",
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "grpc",
            ["OTEL_EXPORTER_OTLP_HEADERS"] = "x-otlp-api-key=k",
            ["OTEL_BLRP_SCHEDULE_DELAY"] = "1000",
            ["OTEL_BSP_SCHEDULE_DELAY"] = "1000",
            ["OTEL_METRIC_EXPORT_INTERVAL"] = "1000",
            ["OTEL_TRACES_SAMPLER"] = "always_on",
            ["OTEL_METRICS_EXEMPLAR_FILTER"] = "trace_based",
            ["OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"] = "true",
        });
    }

    [Fact]
    public async Task Reference_ToAService_InjectsItsEndpointsByName()
    {
        await using var app = new TestApp();
        var pool = app.AddService("project-a").WithHttpEndpoint(name: "grpc");
        var other = app.AddService("other").WithHttpEndpoint(name: "admin");
        app.AddService("front").WithReference(pool).WithReference(pool, "custom").WithReference(other.GetEndpoint("admin"));
        var variables = await StartAndReadAsync(app, "front");

        var (http, grpc) = (UrlOf(app, "project-a", "http"), UrlOf(app, "project-a", "grpc"));
        AssertReferences(variables, new()
        {
            ["services__project-a__http__0"] = http,
            ["services__project-a__grpc__0"] = grpc,
            ["PROJECT_A_HTTP"] = http,
            ["PROJECT_A_GRPC"] = grpc,
            ["services__custom__http__0"] = http,
            ["services__custom__grpc__0"] = grpc,
            ["custom_HTTP"] = http,
            ["custom_GRPC"] = grpc,
            ["services__other__admin__0"] = UrlOf(app, "other", "admin"),
            ["OTHER_ADMIN"] = UrlOf(app, "other", "admin"),
        }, "PROJECT_A", "custom", "OTHER_");
    }

    [Fact]
    public async Task Reference_ToWhatOthersRun_InjectsAddressesAndConnectionStrings()
    {
        await using var app = new TestApp("--ConnectionStrings:cache=localhost:6379", "--Parameters:hub-url=https://hub.example/");
        var hubUrl = app.Builder.AddParameter("hub-url");
        var cache = app.Builder.AddConnectionString("cache");
        app.AddService("front")
            .WithReference(cache)
            .WithReference(cache, connectionName: "second")
            .WithReference(app.Builder.AddExternalService("search", "https://search.example/"))
            .WithReference(app.Builder.AddExternalService("hub", hubUrl))
            .WithReference("fixed", new Uri("http://fixed.example/"));
        var variables = await StartAndReadAsync(app, "front");

        AssertReferences(variables, new()
        {
            ["ConnectionStrings__cache"] = "localhost:6379",
            ["ConnectionStrings__second"] = "localhost:6379",
            ["services__search__https__0"] = "https://search.example/",
            ["SEARCH"] = "https://search.example/",
            ["services__hub__https__0"] = "https://hub.example/",
            ["HUB_HTTPS"] = "https://hub.example/",
            ["services__fixed__default__0"] = "http://fixed.example/",
            ["FIXED"] = "http://fixed.example/",
        }, "ConnectionStrings__", "SEARCH", "HUB", "FIXED");
    }

    [Fact]
    public async Task WithEnvironment_OfEveryKindOfValue_IsResolvedWhenTheProcessStarts()
    {
        await using var app = new TestApp("--Parameters:token=a b");
        var token = app.Builder.AddParameter("token", secret: true);
        var back = app.AddService("back");
        app.AddService("front")
            .WithEnvironment("TEXT", "plain {text}")
            .WithEnvironment("PARAMETER", token)
            .WithEnvironment("ENDPOINT", back.GetEndpoint("http"))
            .WithEnvironment("ADDRESS", $"tcp://{back.GetEndpoint("http").Property(EndpointProperty.HostAndPort)}/?t={token.Resource:uri}")
            .WithEnvironment(context => context.EnvironmentVariables["COUNT"] = context.EnvironmentVariables.Count(v => v.Key == "TEXT"));
        var variables = await StartAndReadAsync(app, "front");

        var url = app.App.GetEndpoint("back");
        AssertVariables(variables, new()
        {
            ["TEXT"] = "plain {text}",
            ["PARAMETER"] = "a b",
            ["ENDPOINT"] = UrlOf(app, "back", "http"),
            ["ADDRESS"] = $"tcp://localhost:{url.Port}/?t=a%20b",
            ["COUNT"] = "1",
        });
    }

    private static async Task<Dictionary<string, string>> StartAndReadAsync(TestApp app, string name)
    {
        await app.StartAsync();
        await app.HealthyAsync(name);
        using var client = app.App.CreateHttpClient(name, "http");
        return (await client.GetFromJsonAsync<Dictionary<string, string>>("/environment"))!;
    }

    private static string UrlOf(TestApp app, string name, string endpoint) => app.App.GetEndpoint(name, endpoint).ToString().TrimEnd('/');

    private static void AssertVariables(Dictionary<string, string> actual, Dictionary<string, string> expected) =>
        Assert.Equal(expected, actual.Where(variable => expected.ContainsKey(variable.Key)).ToDictionary());

    /// <summary>Also asserts that nothing else was injected under these prefixes.</summary>
    private static void AssertReferences(
        Dictionary<string, string> actual, Dictionary<string, string> expected, params string[] prefixes) =>
        Assert.Equal(expected, actual.Where(variable => variable.Key.StartsWith("services__", StringComparison.Ordinal)
            || prefixes.Any(prefix => variable.Key.StartsWith(prefix, StringComparison.Ordinal))).ToDictionary());
}

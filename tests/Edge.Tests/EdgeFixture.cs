using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Millrace.TestShared;

namespace Millrace.Edge.Tests;

/// <summary>The real edge before a gateway that a test controls.</summary>
internal sealed class EdgeFixture : IAsyncDisposable
{
    private const string DataFolder = "MILLRACE_DATA_DIR";

    private EdgeFixture(FakeGateway gateway, ServiceUnderTest edge) => (Gateway, Edge) = (gateway, edge);

    public FakeGateway Gateway { get; }

    public ServiceUnderTest Edge { get; }

    public HttpClient Http => Edge.Http;

    public static async Task<EdgeFixture> StartAsync(params (string Key, string Value)[] settings)
    {
        var gateway = await FakeGateway.StartAsync();
        var edge = await StartEdgeAsync(gateway.Address, settings);
        return new EdgeFixture(gateway, edge);
    }

    public static Task<ServiceUnderTest> StartEdgeAsync(string gateway, params (string Key, string Value)[] settings) =>
        StartEdgeAsync(_ => { }, [("services:gateway:http:0", gateway), .. settings]);

    /// <summary>Starts an edge whose parts a test may replace. Without a data folder it has one in which there is nothing.</summary>
    public static Task<ServiceUnderTest> StartEdgeAsync(
        Action<WebApplicationBuilder> change, params IEnumerable<(string Key, string Value)> settings) =>
        ServiceUnderTest.StartAsync(
            builder => change(builder.AddEdge()),
            app => app.MapEdge(),
            settings.Any(setting => setting.Key == DataFolder)
                ? settings
                : [(DataFolder, Path.Combine(AppContext.BaseDirectory, "without-keys")), .. settings]);

    /// <summary>The <c>error</c> of an OpenAI error object.</summary>
    public static async Task<JsonElement> ErrorOfAsync(HttpResponseMessage response)
    {
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        using var document = JsonDocument.Parse(await response.Content.ReadAsStringAsync().DefaultTimeout());
        return document.RootElement.GetProperty("error").Clone();
    }

    public async ValueTask DisposeAsync()
    {
        await Edge.DisposeAsync();
        await Gateway.DisposeAsync();
    }
}

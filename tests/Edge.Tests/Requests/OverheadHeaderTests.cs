using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Millrace.TestShared;

namespace Millrace.Edge.Tests.Requests;

public sealed class OverheadHeaderTests : IAsyncLifetime
{
    private readonly ManualTimeProvider _time = new();
    private FakeGateway _gateway = null!;
    private ServiceUnderTest _edge = null!;

    public async Task InitializeAsync()
    {
        _gateway = await FakeGateway.StartAsync();
        _edge = await EdgeFixture.StartEdgeAsync(
            builder => builder.Services.AddSingleton<TimeProvider>(_time), [("services:gateway:http:0", _gateway.Address)]);
    }

    public async Task DisposeAsync()
    {
        await _edge.DisposeAsync();
        await _gateway.DisposeAsync();
    }

    [Fact]
    public async Task Overhead_GatewayTellsTheModelsTime_IsTheWholeWayWithoutIt()
    {
        _gateway.Handler = context =>
        {
            _time.Advance(TimeSpan.FromMilliseconds(9.25));
            context.Response.Headers["x-millrace-model-ms"] = "4.25";
            context.Response.Headers["x-millrace-overhead-ms"] = "3";
            return context.Response.WriteAsync("ok");
        };

        using var response = await _edge.Http.GetAsync("/v1/models").DefaultTimeout();

        Assert.Equal("5", Assert.Single(response.Headers.GetValues("x-millrace-overhead-ms")));
    }

    [Fact]
    public async Task Overhead_AnswerOfNoModel_IsNotTold()
    {
        _gateway.Handler = context => context.Response.WriteAsync("ok");

        using var response = await _edge.Http.GetAsync("/v1/models").DefaultTimeout();

        Assert.False(response.Headers.Contains("x-millrace-overhead-ms"));
    }
}

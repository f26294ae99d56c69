using System.Net;
using System.Text.Json;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Millrace.Contracts.Health.V1;
using Millrace.TestShared;
using HealthClient = Millrace.Contracts.Health.V1.Health.HealthClient;
using ServingStatus = Millrace.Contracts.Health.V1.HealthCheckResponse.Types.ServingStatus;

namespace Millrace.ServiceDefaults.Tests.Health;

public sealed class HealthTests : IAsyncLifetime
{
    private readonly ManualTimeProvider _time = new();
    private HealthStatus _status = HealthStatus.Healthy;
    private ServiceUnderTest? _service;
    private GrpcChannel? _channel;

    private HealthClient Client => new(_channel);

    public async Task InitializeAsync()
    {
        _service = await ServiceUnderTest.StartAsync(
            builder =>
            {
                builder.Services.Replace(ServiceDescriptor.Singleton<TimeProvider>(_time));
                builder.Services.AddHealthChecks().AddCheck("mill", () => new HealthCheckResult(_status, "the wheel"));
            },
            _ => { });
        _channel = GrpcChannel.ForAddress(_service.GrpcAddress);
    }

    [Theory]
    [InlineData(HealthStatus.Healthy, HttpStatusCode.OK, ServingStatus.Serving)]
    [InlineData(HealthStatus.Degraded, HttpStatusCode.OK, ServingStatus.Serving)]
    [InlineData(HealthStatus.Unhealthy, HttpStatusCode.ServiceUnavailable, ServingStatus.NotServing)]
    public async Task Health_OfEachStatus_IsTheSameOverHttpAndGrpc(HealthStatus status, HttpStatusCode http, ServingStatus grpc)
    {
        _status = status;

        using var response = await _service!.Http.GetAsync(new Uri("/health", UriKind.Relative));
        var check = await Client.CheckAsync(new HealthCheckRequest());

        Assert.Equal(http, response.StatusCode);
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal(grpc, check.Status);
        using var body = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        Assert.Equal(status.ToString(), body.RootElement.GetProperty("status").GetString());
        var mill = body.RootElement.GetProperty("checks").GetProperty("mill");
        Assert.Equal(status.ToString(), mill.GetProperty("status").GetString());
        Assert.Equal("the wheel", mill.GetProperty("description").GetString());
        Assert.Empty(_service.Errors);
    }

    [Fact]
    public async Task Alive_WhileUnhealthy_IsAlive()
    {
        _status = HealthStatus.Unhealthy;

        using var response = await _service!.Http.GetAsync(new Uri("/alive", UriKind.Relative));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.DoesNotContain("mill", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_OfANamedService_IsNotFound()
    {
        var error = await Assert.ThrowsAsync<RpcException>(
            async () => await Client.CheckAsync(new HealthCheckRequest { Service = "mill" }));

        Assert.Equal(StatusCode.NotFound, error.StatusCode);
    }

    [Fact]
    public async Task Watch_StatusChanges_IsToldAtTheNextLook()
    {
        using var call = Client.Watch(new HealthCheckRequest());

        Assert.Equal(ServingStatus.Serving, await NextAsync(call));
        _status = HealthStatus.Unhealthy;
        await _time.AdvanceWhenTimedAsync(TimeSpan.FromSeconds(5)).DefaultTimeout();
        Assert.Equal(ServingStatus.NotServing, await NextAsync(call));
    }

    [Fact]
    public async Task Watch_ServiceStops_SaysSoAndEnds()
    {
        using var call = Client.Watch(new HealthCheckRequest());
        Assert.Equal(ServingStatus.Serving, await NextAsync(call));

        _service!.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();

        Assert.Equal(ServingStatus.NotServing, await NextAsync(call));
        Assert.False(await call.ResponseStream.MoveNext(CancellationToken.None).DefaultTimeout());
        Assert.Empty(_service.Errors);
    }

    [Fact]
    public async Task Watch_OfANamedService_IsUnknown()
    {
        using var call = Client.Watch(new HealthCheckRequest { Service = "mill" });

        Assert.Equal(ServingStatus.ServiceUnknown, await NextAsync(call));
    }

    public async Task DisposeAsync()
    {
        _channel?.Dispose();
        if (_service is not null) await _service.DisposeAsync();
    }

    private static async Task<ServingStatus> NextAsync(AsyncServerStreamingCall<HealthCheckResponse> call)
    {
        Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None).DefaultTimeout());
        return call.ResponseStream.Current.Status;
    }
}

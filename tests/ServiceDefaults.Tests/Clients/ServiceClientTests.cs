using Millrace.ServiceDefaults.Hosting;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Millrace.ServiceDefaults.Clients;
using Millrace.ServiceDefaults.Errors;
using Millrace.ServiceDefaults.Tests.Wire;
using Millrace.TestShared;

namespace Millrace.ServiceDefaults.Tests.Clients;

public sealed class ServiceClientTests : IAsyncLifetime
{
    private static readonly MethodDescriptor Idempotent = Relay.Descriptor.FindMethodByName("Idempotent");

    private RelayHost? _relay;

    private RelayHost Host => _relay!;

    public async Task InitializeAsync()
    {
        _relay = await RelayHost.StartAsync();
        Host.On("fail twice", context => FailTwice(context, StatusCode.Unavailable));
        Host.On("fail twice otherwise", context => FailTwice(context, StatusCode.Internal));
        Host.On("never", context => new TaskCompletionSource().Task.WaitAsync(context.CancellationToken));
    }

    [Fact]
    public async Task IdempotentMethod_UnavailableTwice_IsSentAgainUntilItWorks()
    {
        var client = Host.ClientWith(new ServiceClientOptions().RetryIdempotent(Idempotent));

        var seen = await client.IdempotentAsync(new Order { Behaviour = "fail twice" });

        Assert.Equal(3, seen.Calls);
    }

    [Fact]
    public async Task IdempotentMethod_FewerAttemptsThanFailures_Fails()
    {
        var client = Host.ClientWith(new ServiceClientOptions { AttemptsMax = 2 }.RetryIdempotent(Idempotent));

        var error = await Assert.ThrowsAsync<MillraceException>(
            async () => await client.IdempotentAsync(new Order { Behaviour = "fail twice" }));

        Assert.Equal(Reason.UpstreamUnavailable, error.Reason);
        Assert.Equal(2, Host.Behaviours.CallsOf("Idempotent"));
    }

    [Fact]
    public async Task IdempotentMethod_OtherFailure_IsSentOnce()
    {
        var client = Host.ClientWith(new ServiceClientOptions().RetryIdempotent(Idempotent));

        await Assert.ThrowsAsync<MillraceException>(
            async () => await client.IdempotentAsync(new Order { Behaviour = "fail twice otherwise" }));

        Assert.Equal(1, Host.Behaviours.CallsOf("Idempotent"));
    }

    [Fact]
    public async Task OtherMethod_Unavailable_IsSentOnce()
    {
        var client = Host.ClientWith(new ServiceClientOptions().RetryIdempotent(Idempotent));

        var error = await Assert.ThrowsAsync<MillraceException>(
            async () => await client.UnaryAsync(new Order { Behaviour = "fail twice" }));

        Assert.Equal(Reason.UpstreamUnavailable, error.Reason);
        Assert.Equal(1, Host.Behaviours.CallsOf("Unary"));
    }

    [Fact]
    public async Task UnaryCall_LongerThanItsTimeout_IsDeadlineExceeded()
    {
        var client = Host.ClientWith(new ServiceClientOptions { UnaryTimeout = TimeSpan.FromMilliseconds(150) });

        var error = await Assert.ThrowsAsync<MillraceException>(
            () => client.UnaryAsync(new Order { Behaviour = "never" }).ResponseAsync.DefaultTimeout());

        Assert.Equal(Reason.DeadlineExceeded, error.Reason);
        Assert.Contains("The relay service did not answer in time", error.Message, StringComparison.Ordinal);
        Assert.Empty(Host.Errors);
    }

    [Fact]
    public async Task Call_ServiceNotThere_NamesTheService()
    {
        using var provider = Provider(("services:relay:grpc:0", "http://127.0.0.1:9"));

        var error = await Assert.ThrowsAsync<MillraceException>(
            async () => await provider.GetRequiredService<Relay.RelayClient>().UnaryAsync(new Order()));

        Assert.Equal(Reason.UpstreamUnavailable, error.Reason);
        Assert.Contains("The relay service cannot be reached", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AddServiceClient_AddressConfigured_Calls()
    {
        using var provider = Provider(("services:relay:grpc:0", Host.Service.GrpcAddress.ToString()));

        var seen = await provider.GetRequiredService<Relay.RelayClient>().UnaryAsync(new Order());

        Assert.Equal(1, seen.Calls);
        Assert.Same(provider.GetRequiredService<Relay.RelayClient>(), provider.GetRequiredService<Relay.RelayClient>());
    }

    [Fact]
    public void AddServiceClient_NoAddress_NamesTheVariable()
    {
        using var provider = Provider();

        var error = Assert.Throws<StartupException>(provider.GetRequiredService<Relay.RelayClient>);

        Assert.Contains("services__relay__grpc__0", error.Message, StringComparison.Ordinal);
    }

    public async Task DisposeAsync()
    {
        if (_relay is not null) await _relay.DisposeAsync();
    }

    private Task FailTwice(ServerCallContext context, StatusCode status)
    {
        var calls = Host.Behaviours.CallsOf(context.Method.Split('/')[^1]);
        return calls <= 2 ? throw new RpcException(new Status(status, "not now")) : Task.CompletedTask;
    }

    private static ServiceProvider Provider(params (string Key, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(pair => KeyValuePair.Create(pair.Key, (string?)pair.Value))).Build();
        return new ServiceCollection()
            .AddSingleton<IConfiguration>(configuration)
            .AddLogging()
            .AddServiceClient("relay", invoker => new Relay.RelayClient(invoker))
            .BuildServiceProvider();
    }
}

using System.Net;
using Millrace.ServiceDefaults.Hosting;
using Millrace.ServiceDefaults.Tests.Wire;

namespace Millrace.ServiceDefaults.Tests.Hosting;

public sealed class EndpointOptionsTests
{
    [Fact]
    public void From_NothingSet_IsLoopbackWithoutPorts() =>
        Assert.Equal(new EndpointOptions(null, null, IPAddress.Loopback), EndpointOptions.From(_ => null));

    [Fact]
    public void From_EverythingSet_IsRead()
    {
        var options = EndpointOptions.From(name => name switch
        {
            "MILLRACE_GRPC_PORT" => "5001",
            "MILLRACE_HTTP_PORT" => "0",
            _ => "0.0.0.0",
        });

        Assert.Equal(new EndpointOptions(5001, 0, IPAddress.Any), options);
    }

    [Theory]
    [InlineData("MILLRACE_GRPC_PORT", "65536")]
    [InlineData("MILLRACE_GRPC_PORT", "-1")]
    [InlineData("MILLRACE_HTTP_PORT", "http")]
    [InlineData("MILLRACE_BIND_ADDRESS", "localhost:80")]
    public async Task StartAsync_UnusableSetting_IsNamedWithItsRemedy(string name, string value)
    {
        var error = await Assert.ThrowsAsync<StartupException>(() => RelayHost.StartAsync((name, value)));

        Assert.StartsWith($"{name} is '{value}'. Set it to", error.Message, StringComparison.Ordinal);
    }
}

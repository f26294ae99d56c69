using Millrace.ServiceDefaults.Hosting;
using Microsoft.Extensions.Configuration;
using Millrace.ServiceDefaults.Discovery;

namespace Millrace.ServiceDefaults.Tests.Discovery;

public sealed class ServiceEndpointsTests
{
    [Theory]
    [InlineData("services:retrieval:grpc:0", "http://localhost:5001")]
    [InlineData("RETRIEVAL_GRPC", "http://localhost:5002")]
    [InlineData("services:retrieval:http:0", "http://localhost:5003")]
    public void Find_EachFormThatAspireInjects_IsRead(string key, string url) =>
        Assert.Equal(new Uri(url), Endpoints((key, url)).Find("retrieval", "grpc"));

    [Fact]
    public void Find_EndpointsNamedByScheme_TheVariableWithTheNameDecides()
    {
        var endpoints = Endpoints(
            ("services:gateway:http:0", "http://localhost:1"),
            ("services:gateway:http:1", "http://localhost:2"),
            ("GATEWAY_HTTP", "http://localhost:1"),
            ("GATEWAY_GRPC", "http://localhost:2"));

        Assert.Equal(new Uri("http://localhost:2"), endpoints.Find("gateway", "grpc"));
        Assert.Equal(new Uri("http://localhost:1"), endpoints.Find("gateway", "http"));
    }

    [Fact]
    public void Find_NameWithADash_IsReadWithAnUnderscore() =>
        Assert.Equal(new Uri("http://h:1"), Endpoints(("INFERENCE_1_GRPC", "http://h:1")).Find("inference-1", "grpc"));

    [Fact]
    public void Find_EnvironmentVariable_IsRead()
    {
        const string Variable = "MILLRACETEST_services__retrieval__grpc__0";
        Environment.SetEnvironmentVariable(Variable, "http://localhost:7");
        var configuration = new ConfigurationBuilder().AddEnvironmentVariables("MILLRACETEST_").Build();
        Environment.SetEnvironmentVariable(Variable, null);

        Assert.Equal(new Uri("http://localhost:7"), new ServiceEndpoints(configuration).Find("retrieval", "grpc"));
    }

    [Theory]
    [InlineData("services:other:grpc:0", "http://localhost:1")]
    [InlineData("services:retrieval:grpc:0", "not a url")]
    [InlineData("services:retrieval:grpc:0", "")]
    public void Require_NoUsableAddress_NamesTheVariableToSet(string key, string value)
    {
        var endpoints = Endpoints((key, value));

        var error = Assert.Throws<StartupException>(() => endpoints.Require("retrieval", "grpc"));

        Assert.Null(endpoints.Find("retrieval", "grpc"));
        Assert.Contains("services__retrieval__grpc__0", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_OfAPool_AreInTheOrderOfTheirNumbers()
    {
        var endpoints = Endpoints([.. ((string[])["inference-10", "inference-2", "retrieval", "inference-1"])
            .Select(name => ($"services:{name}:grpc:0", "http://localhost:1"))]);

        Assert.Equal(["inference-1", "inference-2", "inference-10"], endpoints.Names("inference-"));
        Assert.Empty(endpoints.Names("sessions"));
    }

    private static ServiceEndpoints Endpoints(params (string Key, string Value)[] settings) => new(new ConfigurationBuilder()
        .AddInMemoryCollection(settings.Select(pair => KeyValuePair.Create(pair.Key, (string?)pair.Value))).Build());
}

using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Millrace.Contracts.Embedding.V1;
using Millrace.Embedding.Models;
using Millrace.ServiceDefaults.Errors;
using Millrace.TestShared;

namespace Millrace.Embedding.Tests.Models;

public sealed class EncoderHealthCheckTests
{
    [Fact]
    public async Task Health_BeforeAndAfterLoading_IsUnhealthyThenHealthy()
    {
        await using var service = await ServiceUnderTest.StartAsync(
            builder =>
            {
                builder.AddEmbedding();
                builder.Services.Remove(builder.Services.Single(entry => entry.ImplementationType == typeof(EncoderStarter)));
            },
            app => app.MapEmbedding());
        var client = new EmbeddingService.EmbeddingServiceClient(service.Invoker("embedding"));

        using var before = await service.Http.GetAsync(new Uri("/health", UriKind.Relative));
        var refusal = await Assert.ThrowsAsync<MillraceException>(
            async () => await client.EmbedAsync(new EmbedRequest { Inputs = { "x" } }));
        service.Services.GetRequiredService<EncoderCatalog>().Load();
        using var after = await service.Http.GetAsync(new Uri("/health", UriKind.Relative));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, before.StatusCode);
        Assert.Contains("being loaded", await before.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(Reason.ModelUnavailable, refusal.Reason);
        Assert.Equal(HttpStatusCode.OK, after.StatusCode);
        Assert.Empty(service.Errors);
    }
}

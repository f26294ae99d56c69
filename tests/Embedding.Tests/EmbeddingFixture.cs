using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Millrace.Contracts.Embedding.V1;
using Millrace.TestShared;

namespace Millrace.Embedding.Tests;

/// <summary>The service with the built-in models, once for all tests that only ask it.</summary>
public sealed class EmbeddingFixture : IAsyncLifetime
{
    private ServiceUnderTest? _service;

    public ServiceUnderTest Service => _service!;

    public EmbeddingService.EmbeddingServiceClient Client => new(Service.Invoker("embedding"));

    public async Task InitializeAsync() => _service = await StartAsync();

    /// <summary>Starts the service and waits until the models are loaded.</summary>
    public static async Task<ServiceUnderTest> StartAsync(params (string Key, string Value)[] settings)
    {
        var service = await StartLoadingAsync(settings);
        await service.UntilHealthyAsync();
        return service;
    }

    /// <summary>Starts the service; its models are still loading.</summary>
    public static Task<ServiceUnderTest> StartLoadingAsync(params (string Key, string Value)[] settings) =>
        ServiceUnderTest.StartAsync(builder => builder.AddEmbedding(), app => app.MapEmbedding(), settings);

    /// <summary>The vectors of an answer.</summary>
    public static float[][] Vectors(EmbedResponse response) =>
        [.. MemoryMarshal.Cast<byte, float>(response.Vectors.Span).ToArray().Chunk((int)response.Dimension)];

    public async Task<float[]> EmbedAsync(string text) => Vectors(await Client.EmbedAsync(new EmbedRequest { Inputs = { text } })).Single();

    public static float Cosine(float[] one, float[] two) => TensorPrimitives.CosineSimilarity(one, two);

    /// <summary>
    /// What a service logged at Error or above, less one thing: gRPC's own server logs a call that is cancelled while its request is read
    /// as an error of a handler, which has not begun then. What a handler throws never gets there, because the service's own interceptor
    /// logs it.
    /// </summary>
    public static IEnumerable<string> Defects(ServiceUnderTest service) => service.Errors.Where(error =>
        !error.StartsWith("Grpc.AspNetCore.Server.ServerCallHandler: ", StringComparison.Ordinal)
        || !error.Contains("System.IO.IOException: The client reset the request stream.", StringComparison.Ordinal)
        || !error.Contains("ReadSingleMessageAsync", StringComparison.Ordinal));

    public async Task DisposeAsync()
    {
        if (_service is not null) await _service.DisposeAsync();
    }
}

using System.IO.Compression;
using Grpc.Core;
using Grpc.Net.Compression;
using Millrace.Standins.Tests.Grpc.Wire;

namespace Millrace.Standins.Tests.Grpc;

/// <summary>Messages compressed both ways.</summary>
public sealed class CompressionTests
{
    private static readonly ICompressionProvider[] Providers =
        [new GzipCompressionProvider(CompressionLevel.Fastest), new DeflateCompressionProvider(CompressionLevel.Fastest)];

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    public async Task Unary_CompressedBothWays_Answers(string encoding)
    {
        var wire = new EncodingProbe();
        await using var host = await EchoHost.Start(
            server =>
            {
                server.ResponseCompressionAlgorithm = encoding;
                foreach (var provider in Providers) server.CompressionProviders.Add(provider);
            },
            client =>
            {
                client.HttpHandler = wire;
                client.CompressionProviders = [.. Providers];
            });
        var text = new string('x', 100_000);

        var answer = await host.Client.SayAsync(new Words { Text = text }, new Metadata { { "grpc-internal-encoding-request", encoding } });

        Assert.Equal(text, answer.Text);
        Assert.Equal([$"request {encoding}", $"response {encoding}"], wire.Seen);
    }

    [Fact]
    public void Provider_CompressedThenDecompressed_IsTheSameAndSmaller()
    {
        foreach (var provider in Providers)
        {
            var packed = Packed(provider, new byte[10_000]);
            using var unpacked = new MemoryStream();
            using (var stream = provider.CreateDecompressionStream(new MemoryStream(packed))) stream.CopyTo(unpacked);

            Assert.True(packed.Length < 1000, provider.EncodingName);
            Assert.Equal(new byte[10_000], unpacked.ToArray());
        }
    }

    private static byte[] Packed(ICompressionProvider provider, byte[] bytes)
    {
        var packed = new MemoryStream();
        using (var stream = provider.CreateCompressionStream(packed, null)) stream.Write(bytes);
        // The message stays writable after the compressor ends: the server appends to it.
        Assert.True(packed.CanWrite);
        return packed.ToArray();
    }
}

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

    [Fact]
    public async Task Gzip_BothWays_AnswersAndSaysSo()
    {
        await using var host = await EchoHost.Start(server: options => options.ResponseCompressionAlgorithm = "gzip");
        var text = new string('x', 100_000);

        using var call = host.Client.SayAsync(new Words { Text = text }, new Metadata { { "grpc-internal-encoding-request", "gzip" } });

        Assert.Equal(text, (await call).Text);
        Assert.Equal("gzip", (await call.ResponseHeadersAsync).GetValue("grpc-encoding"));
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

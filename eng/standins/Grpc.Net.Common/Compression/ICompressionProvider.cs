using System.IO.Compression;

namespace Grpc.Net.Compression;

/// <summary>One way to compress messages.</summary>
public interface ICompressionProvider
{
    /// <summary>Its name in <c>grpc-encoding</c>.</summary>
    string EncodingName { get; }

    /// <summary>A stream that compresses into another; a null level means the provider's own.</summary>
    Stream CreateCompressionStream(Stream stream, CompressionLevel? compressionLevel);

    /// <summary>A stream that decompresses another.</summary>
    Stream CreateDecompressionStream(Stream stream);
}

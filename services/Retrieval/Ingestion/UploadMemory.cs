using Microsoft.Extensions.Options;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Retrieval.Ingestion;

/// <summary>The bytes of all uploads that arrive or are being stored: how many clients there are does not decide how much memory the
/// service takes.</summary>
internal sealed class UploadMemory(IOptions<RetrievalOptions> options)
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);
    private readonly long _bytesMax = options.Value.Ingestion.UploadBytesMax;
    private long _taken;

    /// <summary>Takes room for more bytes.</summary>
    /// <exception cref="MillraceException">There is none now.</exception>
    public void Take(int bytes)
    {
        if (Interlocked.Add(ref _taken, bytes) <= _bytesMax) return;
        Return(bytes);
        throw new MillraceException(
            Reason.QueueFull, $"Uploads of {_bytesMax} bytes arrive already, which is the most allowed. Upload again in a moment.")
        {
            RetryAfter = RetryAfter,
        };
    }

    /// <summary>Returns room that was taken.</summary>
    public void Return(long bytes) => Interlocked.Add(ref _taken, -bytes);
}

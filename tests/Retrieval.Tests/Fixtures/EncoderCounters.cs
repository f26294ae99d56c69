using Millrace.Retrieval.Encoders;

namespace Millrace.Retrieval.Tests.Fixtures;

/// <summary>Counts by calls of an encoder.</summary>
internal sealed class EncoderCounters(IEncoder encoder) : ITokenCounters
{
    public Task<ITextMeter> ForAsync(string model, CancellationToken cancellationToken) =>
        Task.FromResult<ITextMeter>(new EncoderMeter(encoder, model));
}

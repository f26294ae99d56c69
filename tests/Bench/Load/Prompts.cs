using Millrace.LlamaCpp;

namespace Millrace.Bench.Load;

/// <summary>
/// Prompts of ordinary tokens that mean nothing and share nothing, so that no cache can help. The same arguments always give the same
/// prompt, so that every contestant of a round does the same work.
/// </summary>
internal sealed class Prompts(LlamaVocab vocab)
{
    private readonly int[] _ordinary =
        [.. Enumerable.Range(0, vocab.Count).Where(id => vocab.AttributesOf(new LlamaToken(id)) == TokenAttributes.Normal)];

    /// <summary>A prompt.</summary>
    /// <param name="round">Which round it is for.</param>
    /// <param name="stream">Which stream of the round.</param>
    /// <param name="length">Its tokens.</param>
    public int[] Next(int round, int stream, int length)
    {
        var random = new Random(unchecked((round * 7919) + (stream * 104_729) + length));
        return [.. Enumerable.Range(0, length).Select(_ => _ordinary[random.Next(_ordinary.Length)])];
    }

    /// <summary>A prompt for each stream.</summary>
    public int[][] Many(int round, int streams, int length) =>
        [.. Enumerable.Range(0, streams).Select(stream => Next(round, stream, length))];
}

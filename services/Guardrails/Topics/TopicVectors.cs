using System.Collections.Concurrent;
using System.Numerics;
using System.Runtime.InteropServices;
using Millrace.Guardrails.Policies;

namespace Millrace.Guardrails.Topics;

/// <summary>A topic with the vectors of its phrases.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="Phrases">A vector for each phrase.</param>
internal sealed record EncodedTopic(Topic Topic, float[][] Phrases)
{
    /// <summary>The greatest similarity of a text's pieces to the phrases, in [-1, 1].</summary>
    public float SimilarityTo(IEnumerable<float[]> pieces) =>
        pieces.SelectMany(piece => Phrases.Select(phrase => Dot(piece, phrase))).DefaultIfEmpty(-1).Max();

    // Vectors of another model than the phrases' have another length, and nothing in common.
    private static float Dot(float[] left, float[] right)
    {
        if (left.Length != right.Length) return -1;
        var (sum, at) = (0f, 0);
        if (Vector.IsHardwareAccelerated)
        {
            var lefts = MemoryMarshal.Cast<float, Vector<float>>(left);
            var rights = MemoryMarshal.Cast<float, Vector<float>>(right);
            for (var i = 0; i < lefts.Length; i++) sum += Vector.Dot(lefts[i], rights[i]);
            at = lefts.Length * Vector<float>.Count;
        }

        for (; at < left.Length; at++) sum += left[at] * right[at];
        return sum;
    }
}

/// <summary>
/// The topics of policies with their vectors, made when first needed and kept by the policy's version. Safe for use by several threads.
/// </summary>
internal sealed class TopicVectors(TopicEncoder encoder)
{
    // Beyond this many versions the oldest knowledge is dropped whole: policies rarely change.
    private const int VersionsMax = 256;

    private readonly ConcurrentDictionary<string, IReadOnlyList<EncodedTopic>> _byVersion = new(StringComparer.Ordinal);

    /// <summary>The denied topics of a policy, then the allowed ones.</summary>
    public async ValueTask<IReadOnlyList<EncodedTopic>> OfAsync(GuardPolicy policy, CancellationToken cancellationToken)
    {
        if (_byVersion.TryGetValue(policy.Version, out var known)) return known;
        var options = policy.Options.Topics;
        List<EncodedTopic> encoded = [];
        foreach (var topic in options.Deny.Concat(options.Allow))
            encoded.Add(new EncodedTopic(topic, await encoder.EncodeAsync(options, topic.Phrases, cancellationToken)));
        if (_byVersion.Count >= VersionsMax) _byVersion.Clear();
        return _byVersion[policy.Version] = encoded;
    }
}

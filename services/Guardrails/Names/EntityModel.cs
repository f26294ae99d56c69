using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Millrace.Guardrails.Names;

/// <summary>
/// The trained tagger: what the lists say of words, and for each feature and tag a weight. Immutable, shared by all texts.
/// </summary>
internal sealed class EntityModel
{
    /// <summary>Name of the model within the service.</summary>
    public const string ResourceName = "names.bin";

    private static readonly Lazy<EntityModel> Loaded = new(Load);

    private readonly sbyte[] _weights;

    /// <summary>Makes a model.</summary>
    /// <param name="header">What it was trained from, and its scales.</param>
    /// <param name="words">Classes of words by their hash.</param>
    /// <param name="weights">A row of <see cref="EntityTags.Lanes"/> for each feature.</param>
    public EntityModel(EntityModelHeader header, IReadOnlyCollection<KeyValuePair<uint, WordClasses>> words, sbyte[] weights)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(weights.Length, EntityTags.Lanes << header.RowBits);
        (Header, Lexicon, _weights) = (header, new Lexicon(words), weights);
    }

    /// <summary>The model of the service; read once.</summary>
    public static EntityModel Shared => Loaded.Value;

    /// <summary>What it was trained from, and its scales.</summary>
    public EntityModelHeader Header { get; }

    /// <summary>Classes of words.</summary>
    public Lexicon Lexicon { get; }

    /// <summary>Tags the current token.</summary>
    /// <param name="window">The tokens.</param>
    /// <param name="confidence">How sure it is of it, in [0, 1].</param>
    public int Tag(TagWindow window, out float confidence)
    {
        Span<int> rows = stackalloc int[EntityFeatures.RowsMax];
        Span<short> scores = stackalloc short[EntityTags.Lanes];
        Sum(rows[..EntityFeatures.Write(window, rows, Header.RowBits)], scores);
        scores[EntityTags.Outside] += Header.OutsideBias;

        var best = Best(scores, window.Tag1);
        var margin = best == EntityTags.Outside ? 0 : scores[best] - scores[EntityTags.Outside];
        confidence = 1 / (1 + MathF.Exp(-margin * Header.MarginScale));
        return best;
    }

    private static int Best(ReadOnlySpan<short> scores, int before)
    {
        var best = EntityTags.Outside;
        for (var tag = 1; tag < EntityTags.Count; tag++)
            if (scores[tag] > scores[best] && EntityTags.MayFollow(tag, before)) best = tag;
        return best;
    }

    // Sums fit: at most 80 rows of at most 127.
    private void Sum(ReadOnlySpan<int> rows, Span<short> scores)
    {
        var (low, high) = (Vector128<short>.Zero, Vector128<short>.Zero);
        ref var weights = ref MemoryMarshal.GetArrayDataReference(_weights);
        foreach (var row in rows)
        {
            var (rowLow, rowHigh) = Vector128.Widen(Vector128.LoadUnsafe(ref weights, (nuint)(uint)(row * EntityTags.Lanes)));
            low += rowLow;
            high += rowHigh;
        }

        low.CopyTo(scores);
        high.CopyTo(scores[Vector128<short>.Count..]);
    }

    private static EntityModel Load()
    {
        using var stream = typeof(EntityModel).Assembly.GetManifestResourceStream(ResourceName)
            ?? throw new InvalidDataException($"The service was built without its model '{ResourceName}'.");
        return EntityModelFile.Read(stream);
    }
}

/// <summary>What a model was trained from, and its scales.</summary>
/// <param name="DataChecksum">SHA-256 of the training data, in hexadecimal.</param>
/// <param name="RowBits">Bits of a row's number.</param>
/// <param name="OutsideBias">Added to the score of a token that belongs to nothing: below zero it finds more.</param>
/// <param name="MarginScale">Makes differences of scores confidences.</param>
internal sealed record EntityModelHeader(string DataChecksum, int RowBits, short OutsideBias, float MarginScale);

namespace Millrace.VectorIndex.Graph;

/// <summary>Draws the levels of nodes: each level has one in M of the nodes of the level below.</summary>
/// <param name="options">M, and the seed.</param>
internal sealed class LevelSource(VectorIndexOptions options)
{
    private readonly double _factor = 1 / Math.Log(options.M);
    private ulong _state = (ulong)options.Seed;

    /// <summary>The next level.</summary>
    public int Next()
    {
        // Of a random number in (0, 1].
        var uniform = ((Mix() >> 11) + 1) * (1.0 / (1UL << 53));
        return Math.Min((int)(-Math.Log(uniform) * _factor), Scratch.MaxLevels - 1);
    }

    // SplitMix64: one addition and three mixing steps give numbers good enough for levels, the same on every machine.
    private ulong Mix()
    {
        var mixed = _state += 0x9E3779B97F4A7C15;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return mixed ^ (mixed >> 31);
    }
}

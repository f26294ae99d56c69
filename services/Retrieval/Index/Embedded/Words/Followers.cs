namespace Millrace.Retrieval.Index.Embedded.Words;

/// <summary>
/// Which terms stand behind a term in a chunk, as a set of 8 bits: each sets the bit of its hash. What it says no to is not there, and
/// most pairs are in few of the chunks that have both words.
/// </summary>
internal static class Followers
{
    private const uint Multiplier = 2654435761;
    private const int TopBits = 29;

    /// <summary>The bit of a term; none for the end of a field.</summary>
    public static byte BitOf(int term) => term < 0 ? (byte)0 : (byte)(1 << (int)((uint)term * Multiplier >> TopBits));
}

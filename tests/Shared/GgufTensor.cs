namespace Millrace.TestShared;

/// <summary>Element types of a tensor, by their number in the file.</summary>
public enum GgufElement
{
    /// <summary>32-bit float.</summary>
    F32 = 0,

    /// <summary>16-bit float.</summary>
    F16 = 1,

    /// <summary>Q4_0: blocks of 32, one 16-bit scale and 4 bits per element.</summary>
    Q4 = 2,

    /// <summary>Q8_0: blocks of 32, one 16-bit scale and 8 bits per element.</summary>
    Q8 = 8,
}

/// <summary>A tensor to be written.</summary>
/// <param name="Name">Name, as the architecture knows it.</param>
/// <param name="Element">Type of its elements.</param>
/// <param name="Columns">Elements of a row; a multiple of the type's block.</param>
/// <param name="Rows">Rows; null for a vector.</param>
/// <param name="Fill">Fills a whole number of blocks; called as often as needed, front to back.</param>
public sealed record GgufTensor(string Name, GgufElement Element, long Columns, long? Rows, Action<Span<byte>> Fill)
{
    /// <summary>Number of elements.</summary>
    public long Elements => Columns * (Rows ?? 1);

    /// <summary>Size of its data in bytes.</summary>
    public long Bytes => Elements / BlockOf(Element).Elements * BlockOf(Element).Bytes;

    /// <summary>Elements and bytes of a block.</summary>
    public static (int Elements, int Bytes) BlockOf(GgufElement element) => element switch
    {
        GgufElement.F32 => (1, 4),
        GgufElement.F16 => (1, 2),
        GgufElement.Q4 => (32, 18),
        GgufElement.Q8 => (32, 34),
        _ => throw new ArgumentOutOfRangeException(nameof(element), element, "Not an element type that can be written."),
    };
}

namespace Millrace.LlamaCpp.Gguf;

/// <summary>Sizes of the tensor element types.</summary>
internal static class GgufTensorType
{
    /// <summary>Size in bytes of <paramref name="elements"/> elements; 0 for a type not in the table, which then goes unchecked.</summary>
    public static ulong SizeBytes(uint type, ulong elements)
    {
        var (block, bytes) = Block(type);
        return checked(elements / block * bytes);
    }

    // Elements in a block and bytes of a block, by type number.
    private static (ulong Elements, ulong Bytes) Block(uint type) => type switch
    {
        0 or 26 => (1, 4),
        1 or 25 or 30 => (1, 2),
        2 or 20 => (32, 18),
        3 => (32, 20),
        6 => (32, 22),
        7 => (32, 24),
        8 => (32, 34),
        10 => (256, 84),
        11 or 21 => (256, 110),
        12 => (256, 144),
        13 => (256, 176),
        14 => (256, 210),
        16 or 35 => (256, 66),
        17 => (256, 74),
        18 => (256, 98),
        19 => (256, 50),
        22 => (256, 82),
        23 => (256, 136),
        24 => (1, 1),
        27 or 28 => (1, 8),
        29 => (256, 56),
        34 => (256, 54),
        39 => (32, 17),
        _ => (1, 0),
    };
}

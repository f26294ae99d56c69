using System.IO.Compression;
using System.Runtime.InteropServices;

namespace Millrace.Guardrails.Names;

/// <summary>The model as a file: a mark, the header, then compressed the words' hashes and classes and the weights.</summary>
internal static class EntityModelFile
{
    private const uint Mark = 0x314D4E4D;
    private const int RowBitsMin = 8;
    private const int RowBitsMax = 18;
    private const int WordsMax = 1 << 20;

    /// <summary>Reads a model.</summary>
    /// <exception cref="InvalidDataException">It is no such file, or of another version.</exception>
    public static EntityModel Read(Stream stream)
    {
        using var reader = new BinaryReader(stream);
        if (reader.ReadUInt32() != Mark)
            throw new InvalidDataException("This is no model of names, or one of another version. Train it again.");
        var header = new EntityModelHeader(reader.ReadString(), reader.ReadInt32(), reader.ReadInt16(), reader.ReadSingle());
        var count = reader.ReadInt32();
        if (header.RowBits is < RowBitsMin or > RowBitsMax || count is < 0 or > WordsMax)
            throw new InvalidDataException($"A model of names has {header.RowBits} bits and {count} words. Train it again.");

        using var body = new DeflateStream(stream, CompressionMode.Decompress);
        var (hashes, classes) = (new uint[count], new ushort[count]);
        var weights = new sbyte[EntityTags.Lanes << header.RowBits];
        body.ReadExactly(MemoryMarshal.AsBytes(hashes.AsSpan()));
        body.ReadExactly(MemoryMarshal.AsBytes(classes.AsSpan()));
        body.ReadExactly(MemoryMarshal.AsBytes(weights.AsSpan()));
        return new EntityModel(header, [.. hashes.Zip(classes, (hash, of) => KeyValuePair.Create(hash, (WordClasses)of))], weights);
    }

    /// <summary>Writes a model.</summary>
    /// <param name="stream">Takes it.</param>
    /// <param name="header">The header.</param>
    /// <param name="words">Classes of words by their hash.</param>
    /// <param name="weights">The weights.</param>
    public static void Write(Stream stream, EntityModelHeader header, SortedDictionary<uint, WordClasses> words, sbyte[] weights)
    {
        using (var writer = new BinaryWriter(stream, System.Text.Encoding.UTF8, leaveOpen: true))
        {
            writer.Write(Mark);
            writer.Write(header.DataChecksum);
            writer.Write(header.RowBits);
            writer.Write(header.OutsideBias);
            writer.Write(header.MarginScale);
            writer.Write(words.Count);
        }

        using var body = new DeflateStream(stream, CompressionLevel.SmallestSize, leaveOpen: true);
        body.Write(MemoryMarshal.AsBytes(words.Keys.ToArray().AsSpan()));
        body.Write(MemoryMarshal.AsBytes(words.Values.Select(classes => (ushort)classes).ToArray().AsSpan()));
        body.Write(MemoryMarshal.AsBytes(weights.AsSpan()));
    }
}

using System.Buffers.Binary;
using System.Text;

namespace Millrace.LlamaCpp.Gguf;

/// <summary>
/// Walks the head of a GGUF file once, front to back. Every count and length is checked before it is used, so that random bytes end in an
/// <see cref="InvalidDataException"/> and never in a huge allocation.
/// </summary>
internal sealed class GgufReader(FileStream stream)
{
    private const int MetadataMax = 1 << 16;
    private const int TensorsMax = 1 << 20;
    private const int KeyBytesMax = 1 << 16;
    private const int DimensionsMax = 4;
    private const ulong DataBytesMax = 1UL << 50;
    private const int ArrayDepthMax = 2;
    private const uint UIntType = 4;
    private const uint StringType = 8;
    private const uint ArrayType = 9;

    private readonly byte[] _scratch = new byte[8];
    private readonly long _length = stream.Length;
    private readonly GgufMetadata _metadata = new();
    private long _alignment = 32;
    private ulong _tensorBytes;
    private ulong _elements;

    private static ReadOnlySpan<byte> Magic => "GGUF"u8;

    /// <summary>Reads everything before the tensor data.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a GGUF head; the message says where.</exception>
    public GgufHeader ReadHeader()
    {
        var version = ReadVersion();
        var tensors = ReadCount("tensor count", TensorsMax);
        var metadata = ReadCount("metadata count", MetadataMax);
        for (var i = 0L; i < metadata; i++) ReadMetadata();
        if (_metadata.Text("general.architecture") is not { Length: > 0 } architecture)
            throw new InvalidDataException("it has no general.architecture");

        var dataBytes = 0L;
        for (var i = 0L; i < tensors; i++) dataBytes = Math.Max(dataBytes, ReadTensorEnd());
        return new()
        {
            Version = version,
            Architecture = architecture,
            Type = _metadata.Text("general.type") ?? "",
            TensorCount = tensors,
            MetadataCount = metadata,
            TensorBytes = (long)Math.Min(_tensorBytes, long.MaxValue),
            ParameterCount = (long)Math.Min(_elements, long.MaxValue),
            Metadata = _metadata,
            RequiredBytes = dataBytes == 0 ? stream.Position : AlignUp(stream.Position) + dataBytes,
            FileBytes = _length,
        };
    }

    private int ReadVersion()
    {
        if (!Next(4).SequenceEqual(Magic)) throw new InvalidDataException("it does not begin with GGUF");
        var version = ReadUInt();
        if (version is 2 or 3) return (int)version;
        throw new InvalidDataException(
            BinaryPrimitives.ReverseEndianness(version) is 2 or 3 ? "it is big-endian" : $"version {version} is not 2 or 3");
    }

    private void ReadMetadata()
    {
        var key = ReadString("metadata key", KeyBytesMax);
        var type = ReadUInt();
        if (key == "general.alignment" && type == UIntType) _alignment = ReadAlignment();
        else if (type == ArrayType) ReadArray(key);
        else if (type == StringType) ReadText(key);
        else _metadata.Add(key, [ReadNumber(key, type)]);
    }

    private void ReadText(string key)
    {
        var length = ReadULong();
        if (length > GgufMetadata.TextBytesMax)
        {
            Skip(key, length);
            return;
        }

        var bytes = new byte[length];
        Fill(bytes);
        _metadata.Add(key, Encoding.UTF8.GetString(bytes));
    }

    private void ReadArray(string key)
    {
        var type = ReadUInt();
        var count = ReadULong();
        if (count > (ulong)_length) throw new InvalidDataException($"{key} declares {count} elements");
        _metadata.Add(key, new GgufList(type, (long)count));
        if (type is StringType or ArrayType || count > GgufMetadata.ListMax)
        {
            SkipElements(key, type, count, ArrayDepthMax);
            return;
        }

        var numbers = new double[count];
        for (var i = 0; i < numbers.Length; i++) numbers[i] = ReadNumber(key, type);
        _metadata.Add(key, numbers);
    }

    private double ReadNumber(string key, uint type) => type switch
    {
        0 or 7 => Next(1)[0],
        1 => (sbyte)Next(1)[0],
        2 => BinaryPrimitives.ReadUInt16LittleEndian(Next(2)),
        3 => BinaryPrimitives.ReadInt16LittleEndian(Next(2)),
        UIntType => ReadUInt(),
        5 => BinaryPrimitives.ReadInt32LittleEndian(Next(4)),
        6 => BinaryPrimitives.ReadSingleLittleEndian(Next(4)),
        10 => ReadULong(),
        11 => BinaryPrimitives.ReadInt64LittleEndian(Next(8)),
        12 => BinaryPrimitives.ReadDoubleLittleEndian(Next(8)),
        _ => throw UnknownType(key, type),
    };

    private uint ReadAlignment()
    {
        var alignment = ReadUInt();
        return alignment is > 0 and <= 1 << 20 ? alignment : throw new InvalidDataException($"alignment {alignment} is out of range");
    }

    private void SkipValue(string key, uint type, int depth)
    {
        if (type == ArrayType && depth > 0) SkipArray(key, depth);
        else if (type == StringType) Skip(key, ReadULong());
        else Skip(key, ScalarBytes(key, type));
    }

    private void SkipArray(string key, int depth)
    {
        var type = ReadUInt();
        var count = ReadULong();
        if (count > (ulong)_length) throw new InvalidDataException($"{key} declares {count} elements");
        SkipElements(key, type, count, depth);
    }

    private void SkipElements(string key, uint type, ulong count, int depth)
    {
        if (type is not StringType and not ArrayType) Skip(key, checked(ScalarBytes(key, type) * count));
        else for (var i = 0UL; i < count; i++) SkipValue(key, type, depth - 1);
    }

    private static ulong ScalarBytes(string key, uint type) => type switch
    {
        0 or 1 or 7 => 1,
        2 or 3 => 2,
        4 or 5 or 6 => 4,
        10 or 11 or 12 => 8,
        _ => throw UnknownType(key, type),
    };

    private static InvalidDataException UnknownType(string key, uint type) => new($"{key} has the unknown type {type}");

    private long ReadTensorEnd()
    {
        var name = ReadString("tensor name", KeyBytesMax);
        var dimensions = ReadUInt();
        if (dimensions > DimensionsMax) throw new InvalidDataException($"tensor {name} has {dimensions} dimensions");

        try
        {
            var end = ReadTensorEnd((int)dimensions);
            if (end <= DataBytesMax) return (long)end;
        }
        catch (OverflowException)
        {
            // Said below, as for any size that no file can have.
        }

        throw new InvalidDataException($"tensor {name} has an impossible size");
    }

    private ulong ReadTensorEnd(int dimensions)
    {
        var elements = 1UL;
        for (var i = 0; i < dimensions; i++) elements = checked(elements * ReadULong());

        // The library divides by the sizes of a tensor that it uses.
        if (elements == 0) throw new InvalidDataException("a tensor has a dimension of 0");
        var type = ReadUInt();
        var offset = ReadULong();
        var bytes = GgufTensorType.SizeBytes(type, elements);
        _tensorBytes = checked(_tensorBytes + bytes);
        _elements = checked(_elements + elements);
        return checked(offset + bytes);
    }

    private long ReadCount(string what, long most)
    {
        var count = ReadULong();
        return count <= (ulong)most ? (long)count : throw new InvalidDataException($"{what} {count} is out of range");
    }

    private string ReadString(string what, int bytesMax)
    {
        var length = ReadULong();
        if (length > (ulong)bytesMax) throw new InvalidDataException($"{what} is {length} bytes long");
        var bytes = new byte[length];
        Fill(bytes);
        return Encoding.UTF8.GetString(bytes);
    }

    private void Skip(string key, ulong bytes)
    {
        if (bytes > (ulong)(_length - stream.Position)) throw new InvalidDataException($"it ends within {key}");
        stream.Seek((long)bytes, SeekOrigin.Current);
    }

    private uint ReadUInt() => BinaryPrimitives.ReadUInt32LittleEndian(Next(4));

    private ulong ReadULong() => BinaryPrimitives.ReadUInt64LittleEndian(Next(8));

    private ReadOnlySpan<byte> Next(int count)
    {
        var bytes = _scratch.AsSpan(0, count);
        Fill(bytes);
        return bytes;
    }

    private void Fill(Span<byte> bytes)
    {
        if (stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length)
            throw new InvalidDataException("it ends within its header");
    }

    private long AlignUp(long position) => (position + _alignment - 1) / _alignment * _alignment;
}

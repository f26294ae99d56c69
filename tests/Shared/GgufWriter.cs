using System.Text;

namespace Millrace.TestShared;

/// <summary>
/// Writes a GGUF file: its metadata, then its tensors. Their data is made piece by piece while it is written, so that a model larger than
/// memory can be.
/// </summary>
public sealed class GgufWriter
{
    private const int Alignment = 32;
    private const int Version = 3;
    private const int BlocksPerPiece = 1 << 15;

    private readonly List<Action<BinaryWriter>> _metadata = [];
    private readonly List<GgufTensor> _tensors = [];

    private enum ValueType
    {
        UInt32 = 4,
        Int32 = 5,
        Float32 = 6,
        String = 8,
        Array = 9,
    }

    /// <summary>Adds a text.</summary>
    public GgufWriter Add(string key, string value) => AddValue(key, ValueType.String, file => Write(file, value));

    /// <summary>Adds a whole number.</summary>
    public GgufWriter Add(string key, int value) => AddValue(key, ValueType.UInt32, file => file.Write((uint)value));

    /// <summary>Adds a number.</summary>
    public GgufWriter Add(string key, float value) => AddValue(key, ValueType.Float32, file => file.Write(value));

    /// <summary>Adds a list of texts.</summary>
    public GgufWriter Add(string key, IReadOnlyList<string> values) => AddArray(key, ValueType.String, values, Write);

    /// <summary>Adds a list of numbers.</summary>
    public GgufWriter Add(string key, IReadOnlyList<float> values) =>
        AddArray(key, ValueType.Float32, values, (file, value) => file.Write(value));

    /// <summary>Adds a list of whole numbers.</summary>
    public GgufWriter Add(string key, IReadOnlyList<int> values) =>
        AddArray(key, ValueType.Int32, values, (file, value) => file.Write(value));

    /// <summary>Adds a tensor.</summary>
    public GgufWriter Add(GgufTensor tensor)
    {
        if (tensor.Columns % GgufTensor.BlockOf(tensor.Element).Elements != 0)
            throw new ArgumentException($"{tensor.Name} has {tensor.Columns} columns, which are no whole blocks of {tensor.Element}.");
        _tensors.Add(tensor);
        return this;
    }

    /// <summary>Writes the file; one of that name is replaced once the new one is complete.</summary>
    public void Write(string path)
    {
        var partial = $"{path}.{Environment.ProcessId}.partial";
        using (var file = new BinaryWriter(new FileStream(partial, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 20)))
        {
            WriteHead(file);
            foreach (var tensor in _tensors) WriteData(file, tensor);
        }

        File.Move(partial, path, overwrite: true);
    }

    private static void WriteData(BinaryWriter file, GgufTensor tensor)
    {
        Align(file);
        var piece = new byte[Math.Min(tensor.Bytes, (long)BlocksPerPiece * GgufTensor.BlockOf(tensor.Element).Bytes)];
        for (var left = tensor.Bytes; left > 0; left -= piece.Length)
        {
            var bytes = piece.AsSpan(0, (int)Math.Min(left, piece.Length));
            tensor.Fill(bytes);
            file.Write(bytes);
        }
    }

    private static void Align(BinaryWriter file) => file.Write(new byte[Aligned(file.BaseStream.Position) - file.BaseStream.Position]);

    private static long Aligned(long position) => (position + Alignment - 1) / Alignment * Alignment;

    private static void Write(BinaryWriter file, string text)
    {
        var utf8 = Encoding.UTF8.GetBytes(text);
        file.Write((long)utf8.Length);
        file.Write(utf8);
    }

    private void WriteHead(BinaryWriter file)
    {
        file.Write("GGUF"u8);
        file.Write(Version);
        file.Write((long)_tensors.Count);
        file.Write((long)_metadata.Count);
        foreach (var write in _metadata) write(file);
        var offset = 0L;
        foreach (var tensor in _tensors)
        {
            WriteInfo(file, tensor, offset);
            offset = Aligned(offset + tensor.Bytes);
        }
    }

    private static void WriteInfo(BinaryWriter file, GgufTensor tensor, long offset)
    {
        Write(file, tensor.Name);
        file.Write(tensor.Rows is null ? 1 : 2);
        file.Write(tensor.Columns);
        if (tensor.Rows is { } rows) file.Write(rows);
        file.Write((int)tensor.Element);
        file.Write(offset);
    }

    private GgufWriter AddArray<T>(string key, ValueType type, IReadOnlyList<T> values, Action<BinaryWriter, T> write) =>
        AddValue(key, ValueType.Array, file =>
        {
            file.Write((int)type);
            file.Write((long)values.Count);
            foreach (var value in values) write(file, value);
        });

    private GgufWriter AddValue(string key, ValueType type, Action<BinaryWriter> write)
    {
        _metadata.Add(file =>
        {
            Write(file, key);
            file.Write((int)type);
            write(file);
        });
        return this;
    }
}

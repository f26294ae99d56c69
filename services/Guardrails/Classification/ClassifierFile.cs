using System.Security.Cryptography;
using System.Text;

namespace Millrace.Guardrails.Classification;

/// <summary>
/// A classifier as a file: the mark <c>MRTC</c>, a version, the checksum of what follows (SHA-256), then the body: the checksum of the
/// training data, the size, the labels with their numbers, and the weights, one byte each. Little endian.
/// </summary>
internal static class ClassifierFile
{
    private const uint Mark = 0x4354524D;
    private const byte Version = 1;
    private const int BytesMax = 4 << 20;

    /// <summary>Writes a model.</summary>
    public static void Write(ClassifierModel model, Stream stream)
    {
        var body = Body(model);
        using var writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true);
        writer.Write(Mark);
        writer.Write(Version);
        writer.Write(SHA256.HashData(body));
        writer.Write(body);
    }

    /// <summary>Reads a model.</summary>
    /// <exception cref="InvalidDataException">It is none, or it is damaged.</exception>
    public static ClassifierModel Read(Stream stream)
    {
        try
        {
            using var reader = new BinaryReader(stream, Encoding.UTF8, leaveOpen: true);
            if (reader.ReadUInt32() != Mark) throw new InvalidDataException("This is no classifier: its first four bytes are not MRTC.");
            var version = reader.ReadByte();
            if (version != Version) throw new InvalidDataException($"The classifier is of version {version}; only {Version} can be read.");

            var checksum = reader.ReadBytes(SHA256.HashSizeInBytes);
            var body = reader.ReadBytes(BytesMax);
            if (!SHA256.HashData(body).AsSpan().SequenceEqual(checksum))
                throw new InvalidDataException("The classifier is damaged: its checksum is wrong. Train it again.");
            return ReadBody(body);
        }
        catch (EndOfStreamException)
        {
            throw new InvalidDataException("The classifier is cut off: it ends before its header does.");
        }
    }

    private static byte[] Body(ClassifierModel model)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream, Encoding.UTF8);
        writer.Write(model.DataChecksum);
        writer.Write((byte)model.BucketBits);
        writer.Write((byte)model.Labels.Count);
        foreach (var label in model.Labels)
        {
            writer.Write(label.Name);
            writer.Write(label.Scale);
            writer.Write(label.Bias);
            writer.Write(label.Slope);
            writer.Write(label.Offset);
        }

        foreach (var weight in model.Weights) writer.Write(weight);
        writer.Flush();
        return stream.ToArray();
    }

    private static ClassifierModel ReadBody(byte[] body)
    {
        using var reader = new BinaryReader(new MemoryStream(body), Encoding.UTF8);
        var dataChecksum = reader.ReadString();
        var (bits, count) = (reader.ReadByte(), reader.ReadByte());
        if (bits > ClassifierModel.BucketBitsMax || count is 0 or > ClassifierModel.LabelsMax)
            throw new InvalidDataException($"The classifier has {count} labels and 2^{bits} buckets, which is more than can be used.");

        ClassifierLabel[] labels = [.. Enumerable.Range(0, count).Select(_ => ReadLabel(reader))];
        var weights = reader.ReadBytes(ClassifierModel.WeightsOf(count, bits));
        if (weights.Length != ClassifierModel.WeightsOf(count, bits)) throw new EndOfStreamException();
        return new ClassifierModel(labels, bits, Array.ConvertAll(weights, value => (sbyte)value), dataChecksum);
    }

    private static ClassifierLabel ReadLabel(BinaryReader reader) =>
        new(reader.ReadString(), reader.ReadSingle(), reader.ReadSingle(), reader.ReadSingle(), reader.ReadSingle());
}

using System.Text;

namespace Millrace.Inference.Tests.Models;

/// <summary>Writes GGUF files of any shape: all zeros, without vocabulary, sparse on disk.</summary>
internal sealed record SyntheticModel
{
    private const int Alignment = 32;
    private const int F32 = 0;
    private const int F16 = 1;

    public int Layers { get; init; } = 4;

    public int Width { get; init; } = 512;

    public int Heads { get; init; } = 8;

    public int KvHeads { get; init; } = 2;

    public int? HeadSize { get; init; }

    public int FeedForward { get; init; } = 1536;

    public int Vocabulary { get; init; } = 32000;

    public int ContextTokens { get; init; } = 4096;

    private int Head => HeadSize ?? Width / Heads;

    /// <summary>Writes the file; its path.</summary>
    public string Write(string path)
    {
        var tensors = Tensors().ToList();
        var metadata = Metadata().ToList();
        using var file = new BinaryWriter(File.Create(path));
        file.Write("GGUF"u8);
        file.Write(3);
        file.Write((long)tensors.Count);
        file.Write((long)metadata.Count);
        foreach (var (key, value) in metadata) WriteValue(file, key, value);
        var offset = 0L;
        foreach (var (name, columns, rows) in tensors) offset += WriteTensor(file, name, columns, rows, offset);
        file.Flush();
        file.BaseStream.SetLength(Aligned(file.BaseStream.Position) + offset);
        return path;
    }

    private IEnumerable<(string Key, object Value)> Metadata()
    {
        yield return ("general.architecture", "llama");
        yield return ("general.type", "model");
        yield return ("tokenizer.ggml.model", "no_vocab");
        yield return ("llama.vocab_size", Vocabulary);
        yield return ("llama.block_count", Layers);
        yield return ("llama.context_length", ContextTokens);
        yield return ("llama.embedding_length", Width);
        yield return ("llama.feed_forward_length", FeedForward);
        yield return ("llama.attention.head_count", Heads);
        yield return ("llama.attention.head_count_kv", KvHeads);
        yield return ("llama.attention.layer_norm_rms_epsilon", 1e-5f);
        if (HeadSize is not { } size) yield break;
        yield return ("llama.attention.key_length", size);
        yield return ("llama.attention.value_length", size);
        yield return ("llama.rope.dimension_count", size);
    }

    // Rows of 0 make a vector, which is of 32-bit numbers; matrices are of 16-bit ones.
    private IEnumerable<(string Name, int Columns, int Rows)> Tensors()
    {
        yield return ("token_embd.weight", Width, Vocabulary);
        yield return ("output_norm.weight", Width, 0);
        yield return ("output.weight", Width, Vocabulary);
        for (var layer = 0; layer < Layers; layer++)
        {
            yield return ($"blk.{layer}.attn_norm.weight", Width, 0);
            yield return ($"blk.{layer}.attn_q.weight", Width, Heads * Head);
            yield return ($"blk.{layer}.attn_k.weight", Width, KvHeads * Head);
            yield return ($"blk.{layer}.attn_v.weight", Width, KvHeads * Head);
            yield return ($"blk.{layer}.attn_output.weight", Heads * Head, Width);
            yield return ($"blk.{layer}.ffn_norm.weight", Width, 0);
            yield return ($"blk.{layer}.ffn_gate.weight", Width, FeedForward);
            yield return ($"blk.{layer}.ffn_up.weight", Width, FeedForward);
            yield return ($"blk.{layer}.ffn_down.weight", FeedForward, Width);
        }
    }

    private static long WriteTensor(BinaryWriter file, string name, int columns, int rows, long offset)
    {
        WriteText(file, name);
        file.Write(rows == 0 ? 1 : 2);
        file.Write((long)columns);
        if (rows > 0) file.Write((long)rows);
        file.Write(rows == 0 ? F32 : F16);
        file.Write(offset);
        return Aligned(rows == 0 ? columns * 4L : columns * 2L * rows);
    }

    private static void WriteValue(BinaryWriter file, string key, object value)
    {
        WriteText(file, key);
        switch (value)
        {
            case string text:
                file.Write(8);
                WriteText(file, text);
                break;
            case int number:
                file.Write(4);
                file.Write(number);
                break;
            case float number:
                file.Write(6);
                file.Write(number);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(value));
        }
    }

    private static void WriteText(BinaryWriter file, string text)
    {
        file.Write((long)text.Length);
        file.Write(Encoding.ASCII.GetBytes(text));
    }

    private static long Aligned(long position) => (position + Alignment - 1) / Alignment * Alignment;
}

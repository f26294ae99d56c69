using System.Text;

namespace Millrace.LlamaCpp.Tests;

/// <summary>Writes a LoRA adapter for the query projection of the chat model's first layer, filled with random numbers.</summary>
internal static class LoraFile
{
    private const int Rank = 4;
    private const int Width = 256;
    private const int Alignment = 32;

    public static string Write(string path, string architecture = "llama", int width = Width, int seed = 3)
    {
        using var file = new BinaryWriter(File.Create(path));
        file.Write("GGUF"u8);
        file.Write(3);
        file.Write(2L);
        file.Write(4L);
        WriteText(file, "general.architecture", architecture);
        WriteText(file, "general.type", "adapter");
        WriteText(file, "adapter.type", "lora");
        WriteString(file, "adapter.lora.alpha");
        file.Write(6);
        file.Write(8f);
        WriteTensor(file, "blk.0.attn_q.weight.lora_a", width, Rank, 0);
        WriteTensor(file, "blk.0.attn_q.weight.lora_b", Rank, width, width * Rank * sizeof(float));
        WriteData(file, 2 * width * Rank, seed);
        return path;
    }

    private static void WriteData(BinaryWriter file, int count, int seed)
    {
        file.Write(new byte[(Alignment - (file.BaseStream.Position % Alignment)) % Alignment]);
        var random = new Random(seed);
        for (var i = 0; i < count; i++) file.Write((float)(random.NextDouble() - 0.5));
    }

    private static void WriteTensor(BinaryWriter file, string name, long columns, long rows, long offset)
    {
        WriteString(file, name);
        file.Write(2);
        file.Write(columns);
        file.Write(rows);
        file.Write(0);
        file.Write(offset);
    }

    private static void WriteText(BinaryWriter file, string key, string value)
    {
        WriteString(file, key);
        file.Write(8);
        WriteString(file, value);
    }

    private static void WriteString(BinaryWriter file, string text)
    {
        file.Write((long)text.Length);
        file.Write(Encoding.ASCII.GetBytes(text));
    }
}

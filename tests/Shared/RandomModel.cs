using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Millrace.TestShared;

/// <summary>
/// Writes a Llama model with random weights: it computes what a trained one of its shape computes, and says nothing. The same shape always
/// gives the same file.
/// </summary>
public static class RandomModel
{
    private const int Revision = 1;
    private const float NormEpsilon = 1e-5f;
    private const float RopeBase = 500_000;

    // Standard deviations of a uniformly random byte, and of a uniformly random half byte.
    private const float ByteDeviation = 73.9f;
    private const float HalfByteDeviation = 4.6f;

    /// <summary>Writes the model into a folder, unless it is there already.</summary>
    /// <returns>Its path. The file's name tells all that it was made from.</returns>
    public static string Ensure(string folder, RandomModelShape shape)
    {
        var path = Path.Combine(Directory.CreateDirectory(folder).FullName, $"{shape.Name}-{Fingerprint(shape)}.gguf");
        if (!File.Exists(path)) Writer(shape).Write(path);
        return path;
    }

    private static string Fingerprint(RandomModelShape shape)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{Revision} {shape}");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..8];
    }

    private static GgufWriter Writer(RandomModelShape shape)
    {
        var writer = new GgufWriter();
        AddHyperparameters(writer, shape);
        AddTokenizer(writer, new RandomVocabulary(shape.Vocabulary));
        AddTensors(writer, shape, new Random(Revision));
        return writer;
    }

    private static void AddHyperparameters(GgufWriter writer, RandomModelShape shape) => writer
        .Add("general.architecture", "llama")
        .Add("general.type", "model")
        .Add("general.name", $"random-{shape.Name}")
        .Add("llama.block_count", shape.Layers)
        .Add("llama.context_length", shape.ContextTokens)
        .Add("llama.embedding_length", shape.Width)
        .Add("llama.feed_forward_length", shape.FeedForward)
        .Add("llama.attention.head_count", shape.Heads)
        .Add("llama.attention.head_count_kv", shape.KvHeads)
        .Add("llama.attention.layer_norm_rms_epsilon", NormEpsilon)
        .Add("llama.rope.dimension_count", shape.HeadWidth)
        .Add("llama.rope.freq_base", RopeBase)
        .Add("llama.vocab_size", shape.Vocabulary);

    private static void AddTokenizer(GgufWriter writer, RandomVocabulary vocabulary) => writer
        .Add("tokenizer.ggml.model", "llama")
        .Add("tokenizer.ggml.tokens", vocabulary.Tokens)
        .Add("tokenizer.ggml.scores", vocabulary.Scores)
        .Add("tokenizer.ggml.token_type", vocabulary.Kinds)
        .Add("tokenizer.ggml.bos_token_id", RandomVocabulary.Begin)
        .Add("tokenizer.ggml.eos_token_id", RandomVocabulary.End)
        .Add("tokenizer.ggml.unknown_token_id", 0);

    private static void AddTensors(GgufWriter writer, RandomModelShape shape, Random random)
    {
        writer.Add(Matrix("token_embd", shape.Width, shape.Vocabulary));
        for (var layer = 0; layer < shape.Layers; layer++) AddLayer($"blk.{layer}.");
        writer.Add(Norm("output_norm")).Add(Matrix("output", shape.Width, shape.Vocabulary));

        void AddLayer(string prefix) => writer
            .Add(Norm(prefix + "attn_norm"))
            .Add(Matrix(prefix + "attn_q", shape.Width, shape.Width))
            .Add(Matrix(prefix + "attn_k", shape.Width, shape.KvWidth))
            .Add(Matrix(prefix + "attn_v", shape.Width, shape.KvWidth))
            .Add(Matrix(prefix + "attn_output", shape.Width, shape.Width))
            .Add(Norm(prefix + "ffn_norm"))
            .Add(Matrix(prefix + "ffn_gate", shape.Width, shape.FeedForward))
            .Add(Matrix(prefix + "ffn_up", shape.Width, shape.FeedForward))
            .Add(Matrix(prefix + "ffn_down", shape.FeedForward, shape.Width));

        GgufTensor Norm(string name) => new(
            name + ".weight", GgufElement.F32, shape.Width, null, bytes => MemoryMarshal.Cast<byte, float>(bytes).Fill(1));

        GgufTensor Matrix(string name, int columns, int rows) => new(
            name + ".weight", shape.Element, columns, rows, bytes => Randomize(bytes, shape.Element, 1 / MathF.Sqrt(columns), random));
    }

    /// <summary>Fills blocks so that the weights have about this standard deviation, which keeps what a layer computes near 1.</summary>
    private static void Randomize(Span<byte> bytes, GgufElement element, float deviation, Random random)
    {
        if (element == GgufElement.F32)
            foreach (ref var weight in MemoryMarshal.Cast<byte, float>(bytes)) weight = Uniform(deviation, random);
        else if (element == GgufElement.F16)
            foreach (ref var weight in MemoryMarshal.Cast<byte, Half>(bytes)) weight = (Half)Uniform(deviation, random);
        else
            RandomizeBlocks(bytes, element, deviation, random);
    }

    private static float Uniform(float deviation, Random random) => (random.NextSingle() - 0.5f) * 2 * MathF.Sqrt(3) * deviation;

    private static void RandomizeBlocks(Span<byte> bytes, GgufElement element, float deviation, Random random)
    {
        random.NextBytes(bytes);
        var scale = (Half)(deviation / (element == GgufElement.Q8 ? ByteDeviation : HalfByteDeviation));
        for (var at = 0; at < bytes.Length; at += GgufTensor.BlockOf(element).Bytes) MemoryMarshal.Write(bytes[at..], scale);
    }
}

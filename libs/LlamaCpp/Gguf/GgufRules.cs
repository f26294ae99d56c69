namespace Millrace.LlamaCpp.Gguf;

/// <summary>
/// What must hold of a file before the library reads it: it trusts some counts of the metadata, and ends the process or reads past the
/// end of a list where they are wrong.
/// </summary>
public static class GgufRules
{
    private const int LayersMax = 512;
    private const int WidthMax = 1 << 20;
    private const int ContextTokensMax = 1 << 27;
    private const int VocabularyMax = 1 << 22;
    private const uint IntType = 5;
    private const uint FloatType = 6;
    private const uint StringType = 8;
    private const string Tokens = "tokenizer.ggml.tokens";

    private static readonly string[] Widths =
        ["embedding_length", "feed_forward_length", "attention.head_count", "attention.head_count_kv"];

    private static readonly string[] HeadSizes = ["attention.key_length", "attention.value_length", "rope.dimension_count"];

    /// <summary>Refuses a file that is no model, or whose metadata the library must not see.</summary>
    /// <exception cref="LlamaException"><see cref="LlamaFailure.FileInvalid"/>, with everything that is wrong.</exception>
    public static void RequireModel(GgufHeader header, string path)
    {
        if (header.Type == "adapter")
            throw new LlamaException(
                LlamaFailure.FileInvalid, $"{path} is a LoRA adapter, not a model; name the model it was made for");
        var complaints = Complaints(header).ToArray();
        if (complaints.Length > 0)
            throw new LlamaException(
                LlamaFailure.FileInvalid,
                $"{path} is not a usable model: {string.Join("; ", complaints)}; download it again, or name another model");
    }

    private static IEnumerable<string> Complaints(GgufHeader header)
    {
        var architecture = header.Architecture;
        var metadata = header.Metadata;
        if (header.TensorCount == 0) yield return "it has no tensors";
        if (metadata.Number($"{architecture}.block_count") is { } layers && !IsCount(layers, LayersMax))
            yield return $"{architecture}.block_count is {layers} and must be from 1 to {LayersMax}";
        if (metadata.Number($"{architecture}.context_length") is { } context && !IsCount(context, ContextTokensMax))
            yield return $"{architecture}.context_length is {context} and must be from 1 to {ContextTokensMax}";
        foreach (var key in Widths.Concat(HeadSizes).Select(name => $"{architecture}.{name}"))
            foreach (var bad in metadata.Numbers(key).Where(number => !IsWidth(number)).Take(1))
                yield return $"{key} is {bad} and must be from 0 to {WidthMax}";
        foreach (var complaint in ExpertComplaints(architecture, metadata).Concat(VocabularyComplaints(metadata))) yield return complaint;
    }

    private static IEnumerable<string> ExpertComplaints(string architecture, GgufMetadata metadata)
    {
        var experts = metadata.Number($"{architecture}.expert_count") ?? 0;
        var used = metadata.Number($"{architecture}.expert_used_count") ?? 0;
        if (used > experts) yield return $"it uses {used} of {experts} experts";
    }

    private static IEnumerable<string> VocabularyComplaints(GgufMetadata metadata)
    {
        if (metadata.List(Tokens) is not { } tokens) yield break;
        if (tokens.Type != StringType || tokens.Count is < 1 or > VocabularyMax)
            yield return $"its vocabulary of {tokens.Count} entries is no list of 1 to {VocabularyMax} texts";
        foreach (var (key, type) in new[] { ("tokenizer.ggml.scores", FloatType), ("tokenizer.ggml.token_type", IntType) })
            if (metadata.List(key) is { } list && (list.Type != type || list.Count != tokens.Count))
                yield return $"{key} has {list.Count} entries of type {list.Type} for {tokens.Count} tokens";
        if (metadata.List("tokenizer.ggml.merges") is { Type: not StringType }) yield return "tokenizer.ggml.merges is no list of texts";
    }

    private static bool IsWidth(double number) => double.IsInteger(number) && number is >= 0 and <= WidthMax;

    private static bool IsCount(double number, int most) => double.IsInteger(number) && number >= 1 && number <= most;
}

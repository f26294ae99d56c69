using System.ComponentModel.DataAnnotations;
using Millrace.Embedding.Caching;
using Millrace.ServiceDefaults.Configuration;

namespace Millrace.Embedding.Models;

/// <summary>Which encoders are served and how; section <c>Embedding</c>.</summary>
public sealed class EncoderOptions : ISelfValidating
{
    /// <summary>Names of files in the models folder, without <c>.gguf</c>, or paths; the first is the default. The configuration adds to
    /// the list, so the default stands apart.</summary>
    /// <value>Empty, which means <c>tiny-embed</c>.</value>
    public IList<string> EmbeddingModels { get; } = [];

    /// <summary>As <see cref="EmbeddingModels"/>, for rerankers.</summary>
    /// <value>Empty, which means <c>tiny-rerank</c>.</value>
    public IList<string> RerankModels { get; } = [];

    /// <summary>What a model wants in front of queries and passages, by model name.</summary>
    public IDictionary<string, EncoderPrefixes> Prefixes { get; } =
        new Dictionary<string, EncoderPrefixes>(StringComparer.OrdinalIgnoreCase);

    /// <summary>How a model's token outputs become one vector, by model name, where its file is to be overruled or says nothing.</summary>
    public IDictionary<string, EncoderPooling> Pooling { get; } =
        new Dictionary<string, EncoderPooling>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Lengths to which a model's vectors may be shortened, by model name, where it was trained for that and its file does not
    /// say so (<c>ARCHITECTURE.matryoshka_dimensions</c>); overrules the file.</summary>
    public IDictionary<string, int[]> ShorterDimensions { get; } =
        new Dictionary<string, int[]>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Vectors that are kept for texts that come again.</summary>
    public CacheOptions Cache { get; } = new();

    /// <summary>Most texts computed together.</summary>
    /// <value>Default 32.</value>
    [Range(1, 256, ErrorMessage = "BatchTextsMax must be from 1 to 256.")]
    public int BatchTextsMax { get; set; } = 32;

    /// <summary>Most tokens computed together; raised to the model's context when that is longer.</summary>
    /// <value>Default 2,048.</value>
    [Range(32, 65_536, ErrorMessage = "BatchTokensMax must be from 32 to 65,536.")]
    public int BatchTokensMax { get; set; } = 2048;

    /// <summary>
    /// How long a batch that could begin waits at most for calls that have arrived but whose texts are still being read into tokens. It
    /// does not wait when there are none, so that a lone caller is never delayed, nor when it is full. 0 never waits.
    /// </summary>
    /// <value>Default 5 ms.</value>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:01", ErrorMessage = "BatchWindow must be from 0 to 1 second.")]
    public TimeSpan BatchWindow { get; set; } = TimeSpan.FromMilliseconds(5);

    /// <summary>Most texts that wait for one model.</summary>
    /// <value>Default 8,192.</value>
    [Range(1, 1_000_000, ErrorMessage = "QueueTextsMax must be from 1 to 1,000,000.")]
    public int QueueTextsMax { get; set; } = 8192;

    /// <summary>Threads of one model's computation; 0 for half the cores: ggml's threads spin at barriers, and more of them than free
    /// cores are slower than one.</summary>
    /// <value>Default 0.</value>
    [Range(0, 512, ErrorMessage = "ThreadCount must be from 0 to 512.")]
    public int ThreadCount { get; set; }

    /// <summary>Layers on the GPU, where there is one; -1 for all.</summary>
    /// <value>Default -1.</value>
    [Range(-1, 10_000, ErrorMessage = "GpuLayers must be -1 for all, or a number of layers.")]
    public int GpuLayers { get; set; } = -1;

    /// <inheritdoc/>
    public IEnumerable<string> Validate()
    {
        if (QueueTextsMax < BatchTextsMax)
            yield return $"QueueTextsMax ({QueueTextsMax}) is smaller than BatchTextsMax ({BatchTextsMax}). "
                + "Raise the former or lower the latter.";
        foreach (var (model, pooling) in Pooling)
            if (!Enum.IsDefined(pooling))
                yield return $"Pooling:{model} is {pooling}; use FromModel, Mean, Cls or Last.";
        foreach (var (model, lengths) in ShorterDimensions)
            if (Array.Exists(lengths, length => length < 1))
                yield return $"ShorterDimensions:{model} has a length below 1; give lengths that the model was trained for.";
        List<ValidationResult> cache = [];
        Validator.TryValidateObject(Cache, new ValidationContext(Cache), cache, validateAllProperties: true);
        foreach (var error in cache) yield return error.ErrorMessage ?? "A setting of Cache is not valid.";
    }
}

/// <summary>How the outputs of a text's tokens become one vector.</summary>
public enum EncoderPooling
{
    /// <summary>As the model's file says.</summary>
    FromModel = -1,

    /// <summary>Their mean.</summary>
    Mean = 1,

    /// <summary>The first token's.</summary>
    Cls = 2,

    /// <summary>The last token's.</summary>
    Last = 3,
}

/// <summary>What a model wants in front of a text.</summary>
public sealed class EncoderPrefixes
{
    /// <summary>In front of a query.</summary>
    public string Query { get; set; } = "";

    /// <summary>In front of a passage.</summary>
    public string Passage { get; set; } = "";
}

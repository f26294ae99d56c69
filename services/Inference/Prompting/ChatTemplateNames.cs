using System.Text.RegularExpressions;

namespace Millrace.Inference.Prompting;

/// <summary>The chat templates that are known by name, and which of them a model was made for.</summary>
internal static partial class ChatTemplateNames
{
    /// <summary>The name for the template in the model's file.</summary>
    public const string File = "file";

    /// <summary>The one that the library does not have.</summary>
    public const string Alpaca = "alpaca";

    // In this order: a name such as DeepSeek-R1-Distill-Llama has more than one family in it, and the first one decides.
    private static readonly (string Family, string Template)[] Families =
    [
        ("deepseekcoderv2", "deepseek2"), ("deepseekcoder", "deepseek"), ("deepseekv2", "deepseek2"), ("deepseekv3", "deepseek3"),
        ("deepseekr1", "deepseek3"), ("vicuna", "vicuna"), ("wizardlm", "vicuna"), ("zephyr", "zephyr"), ("alpaca", Alpaca),
        ("openchat", "openchat"), ("hermes", "chatml"), ("dolphin", "chatml"), ("gemma", "gemma"), ("phi4", "phi4"), ("phi3", "phi3"),
        ("commandr", "command-r"), ("ayaexpanse", "command-r"), ("mistralnemo", "mistral-v3-tekken"), ("mistralsmall", "mistral-v7-tekken"),
        ("mistrallarge", "mistral-v7"), ("mistral7binstructv01", "mistral-v1"), ("mistral7binstructv02", "mistral-v1"),
        ("mixtral8x7b", "mistral-v1"), ("mistral", "mistral-v3"), ("mixtral", "mistral-v3"), ("llama4", "llama4"), ("llama3", "llama3"),
        ("llama2", "llama2-sys"), ("qwen", "chatml"), ("smollm", "chatml"), ("falcon3", "falcon3"), ("granite", "granite"),
        ("exaone3", "exaone3"), ("exaone4", "exaone4"), ("minicpm", "minicpm"), ("chatglm3", "chatglm3"), ("glm4", "chatglm4"),
    ];

    // An architecture that only one family of models has.
    private static readonly Dictionary<string, string> Architectures = new(StringComparer.Ordinal)
    {
        ["cohere2"] = "command-r", ["command-r"] = "command-r", ["deepseek2"] = "deepseek2", ["exaone"] = "exaone3",
        ["exaone4"] = "exaone4",
        ["gemma"] = "gemma", ["gemma2"] = "gemma", ["gemma3"] = "gemma", ["granite"] = "granite", ["llama4"] = "llama4",
        ["minicpm"] = "minicpm", ["phi3"] = "phi3", ["qwen2"] = "chatml", ["qwen2moe"] = "chatml", ["qwen3"] = "chatml",
        ["qwen3moe"] = "chatml",
    };

    /// <summary>All names.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        Alpaca, "bailing", "chatglm3", "chatglm4", "chatml", "command-r", "deepseek", "deepseek2", "deepseek3", "exaone3", "exaone4",
        "falcon3", "gemma", "gigachat", "glmedge", "granite", "hunyuan-dense", "hunyuan-moe", "kimi-k2", "llama2", "llama2-sys",
        "llama2-sys-bos", "llama2-sys-strip", "llama3", "llama4", "megrez", "minicpm", "mistral-v1", "mistral-v3", "mistral-v3-tekken",
        "mistral-v7", "mistral-v7-tekken", "monarch", "openchat", "orion", "phi3", "phi4", "rwkv-world", "smolvlm", "vicuna", "vicuna-orca",
        "yandex", "zephyr",
    ];

    /// <summary>The template of a model by what it is called, else by its architecture; null when neither tells.</summary>
    /// <param name="architecture">Architecture as the file states it.</param>
    /// <param name="names">What it is called, the most telling name first.</param>
    public static string? Detect(string architecture, params IEnumerable<string> names) =>
        names.Select(OfName).FirstOrDefault(template => template is not null) ?? Architectures.GetValueOrDefault(architecture);

    private static string? OfName(string name)
    {
        var plain = Separators().Replace(name, "").ToLowerInvariant();
        return Families.FirstOrDefault(family => plain.Contains(family.Family, StringComparison.Ordinal)).Template;
    }

    [GeneratedRegex("[^A-Za-z0-9]")]
    private static partial Regex Separators();
}

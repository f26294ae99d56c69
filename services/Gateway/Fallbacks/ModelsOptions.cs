using Millrace.ServiceDefaults.Configuration;

namespace Millrace.Gateway.Fallbacks;

/// <summary>What is said of one model.</summary>
public sealed class ModelOptions
{
    /// <summary>Models that are asked in this order when it fails before its first token; at most 8.</summary>
    public IList<string> Fallbacks { get; } = [];
}

/// <summary>The models by name; section <c>Models</c>.</summary>
public sealed class ModelsOptions : Dictionary<string, ModelOptions>, ISelfValidating
{
    /// <summary>Most models of a chain.</summary>
    public const int FallbacksMax = 8;

    /// <summary>What a chain must be.</summary>
    public const string Remedy = "Fallbacks must name at most 8 models, none twice and not the model itself.";

    /// <inheritdoc/>
    public IEnumerable<string> Validate() => this
        .Where(model => !IsValid(model.Value.Fallbacks, model.Key))
        .Select(model => $"'{model.Key}': {Remedy}");

    /// <summary>Whether models can stand in for another.</summary>
    /// <param name="fallbacks">The models.</param>
    /// <param name="model">The model that they stand in for.</param>
    public static bool IsValid(IList<string> fallbacks, string model) =>
        fallbacks.Count <= FallbacksMax
        && fallbacks.All(name => name.Length > 0 && name != model)
        && fallbacks.Distinct(StringComparer.Ordinal).Count() == fallbacks.Count;
}

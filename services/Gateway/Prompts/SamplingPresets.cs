using System.Collections.Frozen;
using Millrace.Gateway.Runtime;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Prompts;

/// <summary>
/// Sampling settings for kinds of tasks, by name. What a request or an assistant says itself of a number goes before its preset.
/// </summary>
internal static class SamplingPresets
{
    private static readonly FrozenDictionary<string, SamplingSettings> Presets = new Dictionary<string, SamplingSettings>
    {
        ["factual"] = new() { Temperature = 0.2f, TopP = 0.9f },
        ["balanced"] = new() { Temperature = 0.5f, TopP = 0.95f },
        ["creative"] = new() { Temperature = 0.9f, TopP = 0.98f },
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The names, in order.</summary>
    public static IEnumerable<string> Names => Presets.Keys.Order(StringComparer.Ordinal);

    /// <summary>The settings of a name; null without one.</summary>
    public static SamplingSettings? Find(string? name) => string.IsNullOrEmpty(name) ? null : Presets.GetValueOrDefault(name);

    /// <summary>The settings that a request names; null when it names none.</summary>
    /// <param name="name">The name.</param>
    /// <param name="param">The field that has it.</param>
    /// <exception cref="MillraceException">There are none of that name.</exception>
    public static SamplingSettings? Require(string? name, string param) => name is null
        ? null
        : Find(name) ?? throw MillraceException.InvalidArgument(param, $"'{param}' must be one of: {string.Join(", ", Names)}.");
}

using System.ComponentModel.DataAnnotations;
using Millrace.ServiceDefaults.Configuration;

namespace Millrace.Gateway.Inference;

/// <summary>How members of the inference pool are watched and chosen; section <c>Gateway</c>.</summary>
public sealed class PoolOptions : ISelfValidating
{
    private const int MinutesMax = 5;

    /// <summary>
    /// How a member is chosen: <c>prefix</c> for the one that holds most of the prompt, <c>least-loaded</c>, or <c>round-robin</c>,
    /// which is
    /// there to compare with.
    /// </summary>
    /// <value>Default <c>prefix</c>.</value>
    public string PoolPolicy { get; set; } = ChoiceRules.PrefixName;

    /// <summary>
    /// A member that has more than this many times the mean load, and one request more, is passed over even if it holds most of the prompt.
    /// </summary>
    /// <value>Default 1.25.</value>
    [Range(1.0, 100.0, ErrorMessage = "PoolLoadFactor must be from 1 to 100; 1.25 lets a member be a quarter busier than the mean.")]
    public double PoolLoadFactor { get; set; } = 1.25;

    /// <summary>
    /// Keys of a prompt that a member must hold to be preferred for them; a key stands for a message or 512 bytes of one.
    /// </summary>
    /// <value>Default 1.</value>
    [Range(1, PrefixKeys.KeysMax, ErrorMessage = "PrefixMatchMin must be from 1 to 64 keys.")]
    public int PrefixMatchMin { get; set; } = 1;

    /// <summary>How often each member is asked for its state while requests run.</summary>
    /// <value>Default 250 ms.</value>
    public TimeSpan PoolStatusInterval { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How often each member is asked while no request runs.</summary>
    /// <value>Default 2 seconds.</value>
    public TimeSpan PoolIdleInterval { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Time in which a member must tell its state; one that does not counts as unreachable.</summary>
    /// <value>Default 2 seconds.</value>
    public TimeSpan PoolStatusTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Keys per member that the Gateway remembers, of those that it sent there and of those that the member reports.</summary>
    /// <value>Default 4,096.</value>
    [Range(PrefixKeys.KeysMax, 1 << 20, ErrorMessage = "PoolKeysMax must be from 64 to 1048576.")]
    public int PoolKeysMax { get; set; } = 4096;

    /// <inheritdoc/>
    public IEnumerable<string> Validate()
    {
        if (!ChoiceRules.Names.Contains(PoolPolicy))
            yield return $"{nameof(PoolPolicy)} is '{PoolPolicy}'. Use one of: {string.Join(", ", ChoiceRules.Names)}.";
        foreach (var (name, value) in new[]
        {
            (nameof(PoolStatusInterval), PoolStatusInterval), (nameof(PoolIdleInterval), PoolIdleInterval),
            (nameof(PoolStatusTimeout), PoolStatusTimeout),
        })
            if (value < TimeSpan.FromMilliseconds(1) || value > TimeSpan.FromMinutes(MinutesMax))
                yield return $"{name} must be from 00:00:00.001 to 00:05:00.";
        if (PoolIdleInterval < PoolStatusInterval)
            yield return $"{nameof(PoolIdleInterval)} must not be below {nameof(PoolStatusInterval)}.";
    }
}

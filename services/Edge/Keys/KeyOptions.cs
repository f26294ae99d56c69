using System.ComponentModel.DataAnnotations;
using Millrace.ServiceDefaults.Configuration;

namespace Millrace.Edge.Keys;

/// <summary>When keys are asked for.</summary>
public enum KeyMode
{
    /// <summary>As soon as the file of keys exists; until then everything is allowed to this machine, and nothing to any other.</summary>
    Auto,

    /// <summary>Always, also before the first key is made.</summary>
    Required,

    /// <summary>Never: everything is allowed to this machine, and nothing to any other.</summary>
    Off,
}

/// <summary>Settings of API keys, section <c>Edge:Keys</c>.</summary>
public sealed class KeyOptions : ISelfValidating
{
    /// <summary>Name of the section.</summary>
    public const string Section = "Edge:Keys";

    /// <summary>When keys are asked for.</summary>
    /// <value>Default <see cref="KeyMode.Auto"/>.</value>
    public KeyMode Mode { get; set; } = KeyMode.Auto;

    /// <summary>The file of keys.</summary>
    /// <value>Default <c>keys.json</c> in the edge's data folder.</value>
    public string? File { get; set; }

    /// <summary>How often the file is looked at: a key that was made or revoked counts after this time.</summary>
    /// <value>Default 250 ms.</value>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Most wrong keys that one client address may try in <see cref="FailureWindow"/>; for further ones the answer is 429. An IPv6
    /// address counts with its whole /64. Right keys from the same address work on.</summary>
    /// <value>Default 30; 0 for any number.</value>
    [Range(0, 10_000)]
    public int FailuresMax { get; set; } = 30;

    /// <summary>Time after which a wrong key no longer counts.</summary>
    /// <value>Default 1 minute.</value>
    public TimeSpan FailureWindow { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Most addresses whose wrong keys are counted at a time; beyond it the one that was quiet for longest is forgotten.</summary>
    /// <value>Default 10,000.</value>
    [Range(1, 1_000_000)]
    public int FailureAddressesMax { get; set; } = 10_000;

    /// <inheritdoc/>
    public IEnumerable<string> Validate()
    {
        if (FailureWindow < TimeSpan.FromSeconds(1) || FailureWindow > TimeSpan.FromDays(1))
            yield return $"FailureWindow is {FailureWindow}. Set it to a time from 00:00:01 to 1.00:00:00.";
        if (PollInterval < TimeSpan.FromMilliseconds(10) || PollInterval > TimeSpan.FromMinutes(1))
            yield return $"PollInterval is {PollInterval}. Set it to a time from 00:00:00.010 to 00:01:00.";
    }
}

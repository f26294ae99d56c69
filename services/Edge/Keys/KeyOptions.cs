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

    /// <inheritdoc/>
    public IEnumerable<string> Validate()
    {
        if (PollInterval < TimeSpan.FromMilliseconds(10) || PollInterval > TimeSpan.FromMinutes(1))
            yield return $"PollInterval is {PollInterval}. Set it to a time from 00:00:00.010 to 00:01:00.";
    }
}

using System.ComponentModel.DataAnnotations;
using Millrace.ServiceDefaults.Configuration;

namespace Millrace.Gateway.Explaining;

/// <summary>How explanations outlive their gateway; section <c>Gateway:Explanations</c>.</summary>
public sealed class ExplanationOptions : ISelfValidating
{
    /// <summary>Whether they are handed to the session store.</summary>
    /// <value>Default true.</value>
    public bool Stored { get; set; } = true;

    /// <summary>Time between two writes; what is younger is lost with its gateway.</summary>
    /// <value>Default 1 second.</value>
    public TimeSpan FlushInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Most explanations of one write.</summary>
    /// <value>Default 256.</value>
    [Range(1, 1024, ErrorMessage = "FlushMax must be from 1 to 1024.")]
    public int FlushMax { get; set; } = 256;

    /// <summary>Most explanations that wait for a write; further ones are kept in memory only.</summary>
    /// <value>Default 1,024.</value>
    [Range(1, 1_000_000, ErrorMessage = "QueueMax must be from 1 to 1000000.")]
    public int QueueMax { get; set; } = 1024;

    /// <summary>Most bytes of an explanation that is stored; a larger one is kept in memory only.</summary>
    /// <value>Default 64 KiB.</value>
    [Range(1024, 256 * 1024, ErrorMessage = "BytesMax must be from 1 KiB to 256 KiB.")]
    public int BytesMax { get; set; } = 64 * 1024;

    /// <inheritdoc/>
    public IEnumerable<string> Validate()
    {
        if (FlushInterval < TimeSpan.FromMilliseconds(10) || FlushInterval > TimeSpan.FromMinutes(10))
            yield return "FlushInterval must be from 00:00:00.01 to 00:10:00.";
    }
}

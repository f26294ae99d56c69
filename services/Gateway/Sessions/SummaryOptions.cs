using System.ComponentModel.DataAnnotations;
using Millrace.ServiceDefaults.Configuration;

namespace Millrace.Gateway.Sessions;

/// <summary>What is kept of messages that a conversation has no more room for; section <c>Gateway:Summaries</c>.</summary>
public sealed class SummaryOptions : ISelfValidating
{
    /// <summary>Whether prompts have what is known of earlier messages.</summary>
    /// <value>Default true.</value>
    public bool Enabled { get; set; } = true;

    /// <summary>The model that writes summaries; empty for the one that answered. Models that can only quote write none.</summary>
    public string Model { get; set; } = string.Empty;

    /// <summary>Most tokens of a summary in a model's words.</summary>
    /// <value>Default 200.</value>
    [Range(16, 4096, ErrorMessage = "TextTokensMax must be from 16 to 4096.")]
    public int TextTokensMax { get; set; } = 200;

    /// <summary>Most tokens of the sentences that are kept word for word.</summary>
    /// <value>Default 160.</value>
    [Range(0, 4096, ErrorMessage = "FactsTokensMax must be from 0 to 4096.")]
    public int FactsTokensMax { get; set; } = 160;

    /// <summary>Most conversations that wait for their summary; further ones wait for their next answer.</summary>
    /// <value>Default 256.</value>
    [Range(1, 65_536, ErrorMessage = "QueueMax must be from 1 to 65536.")]
    public int QueueMax { get; set; } = 256;

    /// <summary>Time that one summary may take.</summary>
    /// <value>Default 2 minutes.</value>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>Folder of the prompt files.</summary>
    /// <value>Default: <c>Prompts/Summaries</c> beside the program.</value>
    public string PromptFolder { get; set; } = Path.Combine(AppContext.BaseDirectory, "Prompts", "Summaries");

    /// <inheritdoc/>
    public IEnumerable<string> Validate()
    {
        if (Timeout <= TimeSpan.Zero) yield return "Timeout must be longer than zero, such as 00:02:00.";
    }
}

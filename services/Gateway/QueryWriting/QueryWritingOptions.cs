using System.ComponentModel.DataAnnotations;
using Millrace.ServiceDefaults.Configuration;

namespace Millrace.Gateway.QueryWriting;

/// <summary>How a model words what is searched; section <c>Gateway:QueryWriting</c>.</summary>
public sealed class QueryWritingOptions : ISelfValidating
{
    /// <summary>The model that writes; empty for the one that answers.</summary>
    public string Model { get; set; } = string.Empty;

    /// <summary>Models that rewrite the last message where neither request nor assistant says; others do not.</summary>
    public IList<string> RewritingModels { get; } = [];

    /// <summary>Time that all writing of one request may take; afterwards the search goes on with what there is.</summary>
    /// <value>Default 3 seconds.</value>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>Most tokens of a rewritten question; each other wording may have as many.</summary>
    /// <value>Default 64.</value>
    [Range(8, 1024, ErrorMessage = "QuestionTokensMax must be from 8 to 1024.")]
    public int QuestionTokensMax { get; set; } = 64;

    /// <summary>Most tokens of a hypothetical passage.</summary>
    /// <value>Default 160.</value>
    [Range(8, 1024, ErrorMessage = "PassageTokensMax must be from 8 to 1024.")]
    public int PassageTokensMax { get; set; } = 160;

    /// <summary>Most earlier messages that a rewriting sees, newest first.</summary>
    /// <value>Default 6.</value>
    [Range(1, 64, ErrorMessage = "HistoryMessagesMax must be from 1 to 64.")]
    public int HistoryMessagesMax { get; set; } = 6;

    /// <summary>Most characters of each of them.</summary>
    /// <value>Default 1,000.</value>
    [Range(16, 65_536, ErrorMessage = "MessageCharsMax must be from 16 to 65536.")]
    public int MessageCharsMax { get; set; } = 1000;

    /// <summary>Weight in the search of all that a model adds to the question, together; the question has 1. It is below that, so that
    /// what a bad model adds cannot outvote the question.</summary>
    /// <value>Default 0.5.</value>
    [Range(0.01, 10, ErrorMessage = "VariantsWeight must be from 0.01 to 10.")]
    public float VariantsWeight { get; set; } = 0.5f;

    /// <summary>Folder of the prompt files.</summary>
    /// <value>Default: <c>Prompts/Queries</c> beside the program.</value>
    public string PromptFolder { get; set; } = Path.Combine(AppContext.BaseDirectory, "Prompts", "Queries");

    /// <inheritdoc/>
    public IEnumerable<string> Validate()
    {
        if (Timeout <= TimeSpan.Zero) yield return "Timeout must be longer than zero, such as 00:00:03.";
    }
}

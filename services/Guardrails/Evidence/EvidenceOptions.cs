namespace Millrace.Guardrails.Evidence;

/// <summary>What is told of findings in logs, traces and answers, section <c>Guardrails:Evidence</c>.</summary>
public sealed class EvidenceOptions
{
    /// <summary>Whether the text that was found is told too. Whoever reads logs then reads what users wrote.</summary>
    /// <value>Default false.</value>
    public bool IncludeText { get; set; }

    /// <summary>Most findings of one text that are told in the log and the trace; metrics count all.</summary>
    /// <value>Default 20; 0 tells none.</value>
    public int LoggedMax { get; set; } = 20;

    /// <summary>Most characters of a text that was found, where it is told.</summary>
    /// <value>Default 200.</value>
    public int TextCharsMax { get; set; } = 200;

    /// <summary>All errors.</summary>
    internal IEnumerable<string> Validate()
    {
        if (LoggedMax is < 0 or > 1_000) yield return "Evidence:LoggedMax must be from 0 to 1,000.";
        if (TextCharsMax is < 1 or > 10_000) yield return "Evidence:TextCharsMax must be from 1 to 10,000.";
    }
}

using Millrace.Guardrails.Filtering;
using Millrace.Guardrails.Policies;
using Millrace.Guardrails.Telemetry;

namespace Millrace.Guardrails.Checks;

/// <summary>
/// One output that is filtered while it is being written, and counted when it is decided. Not for use by several threads at once.
/// </summary>
public sealed class OutputFilter(StreamFilter filter, string policyVersion, GuardrailsMetrics metrics)
{
    private bool _isCounted;

    /// <summary>Version of the policy that decides.</summary>
    public string PolicyVersion => policyVersion;

    /// <summary>The strongest action so far.</summary>
    public RuleAction Action => filter.Action;

    /// <summary>What was found so far.</summary>
    public IReadOnlyList<Finding> Findings => filter.Findings;

    /// <summary>Whether the text must not go on.</summary>
    public bool IsBlocked => filter.IsBlocked;

    /// <summary>Takes the next piece, and gives the text that may go on, possibly empty.</summary>
    public string Push(string delta)
    {
        var text = filter.Push(delta);
        if (IsBlocked) Count();
        return text;
    }

    /// <summary>Ends the text, and gives the rest of what may go on, possibly empty.</summary>
    public string End()
    {
        var text = filter.End();
        Count();
        return text;
    }

    private void Count()
    {
        if (_isCounted) return;
        _isCounted = true;
        metrics.Decided(filter.Findings);
    }
}

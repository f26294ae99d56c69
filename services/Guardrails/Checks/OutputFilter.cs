using Millrace.Guardrails.Evidence;
using Millrace.Guardrails.Filtering;
using Millrace.Guardrails.Policies;

namespace Millrace.Guardrails.Checks;

/// <summary>
/// One output that is filtered while it is being written, and told of when it is decided. Not for use by several threads at once.
/// </summary>
public sealed class OutputFilter(StreamFilter filter, string policyVersion, FindingReporter reporter)
{
    private bool _isTold;

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
        if (IsBlocked) Tell();
        return text;
    }

    /// <summary>Ends the text, and gives the rest of what may go on, possibly empty.</summary>
    public string End()
    {
        var text = filter.End();
        Tell();
        return text;
    }

    private void Tell()
    {
        if (_isTold) return;
        _isTold = true;
        reporter.Decided(GuardDirection.Output, policyVersion, filter.Findings);
    }
}

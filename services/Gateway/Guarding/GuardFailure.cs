using Millrace.Gateway.Resilience;
using Millrace.Gateway.Runtime;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Guarding;

/// <summary>What happens when Guardrails does not answer: the request fails, unless the operator chose otherwise.</summary>
internal static class GuardFailure
{
    public static bool MayIgnore(MillraceException error, GatewayOptions options, ChatRun run)
    {
        var isOpen = run.Plan.GuardFailOpen ?? options.GuardFailOpen;
        if (!isOpen || error.Reason is not (Reason.UpstreamUnavailable or Reason.DeadlineExceeded)) return false;
        run.Degrade(DegradedModes.Guardrails);
        return true;
    }
}

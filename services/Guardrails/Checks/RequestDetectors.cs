using Millrace.Guardrails.Detection;
using Millrace.Guardrails.Leaks;
using Millrace.Guardrails.Pseudonyms;

namespace Millrace.Guardrails.Checks;

/// <summary>The detectors of one output alone, made of what came with its request.</summary>
internal static class RequestDetectors
{
    /// <summary>The detectors; none when nothing came with the request.</summary>
    public static IReadOnlyList<Detector> Of(OutputContext context, PseudonymVault vault)
    {
        List<Detector> detectors = [];
        if (vault.Count > 0) detectors.Add(new PseudonymDetector(vault, context.IsJson));
        if (context.ProtectedTexts.Count > 0 || context.Canary.Length > 0)
            detectors.Add(new LeakDetector(context.ProtectedTexts, context.Canary));
        return detectors;
    }
}

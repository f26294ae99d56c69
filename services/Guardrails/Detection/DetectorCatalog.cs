using Millrace.Guardrails.Content;
using Millrace.Guardrails.Detection.Secrets;
using Millrace.Guardrails.Injection;
using Millrace.Guardrails.Names;

namespace Millrace.Guardrails.Detection;

/// <summary>Every detector there is. Their order decides between equally long findings at one position.</summary>
public static class DetectorCatalog
{
    /// <summary>All detectors.</summary>
    public static IReadOnlyList<Detector> All { get; } =
        [new LongSecretDetector(), new EntityDetector(), new InjectionDetector(), new ContentDetector(ContentScorer.Shared)];

    /// <summary>The rules of all recognisers and detectors, each once.</summary>
    public static IReadOnlyList<string> Rules { get; } =
        [.. RecogniserCatalog.All.Select(recogniser => recogniser.Rule).Concat(All.SelectMany(detector => detector.Rules)).Distinct()];
}

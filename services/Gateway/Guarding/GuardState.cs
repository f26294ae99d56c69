using Google.Protobuf;
using Millrace.Contracts.Guardrails.V1;

namespace Millrace.Gateway.Guarding;

/// <summary>What the check of a request's input said that its output's needs.</summary>
/// <param name="PolicyVersion">Version of the policy that decided; empty when nothing was checked.</param>
/// <param name="Pseudonyms">Names that stand for what the user wrote, sealed by the guardrails; empty for none.</param>
/// <param name="Canary">What the instructions get besides, so that their leaving can be seen; empty for nothing.</param>
public sealed record GuardState(string PolicyVersion, ByteString Pseudonyms, string Canary)
{
    /// <summary>Nothing was checked.</summary>
    public static GuardState Unchecked { get; } = new(string.Empty, ByteString.Empty, string.Empty);

    /// <summary>The sentence of the canary; the canary itself where there is none.</summary>
    public string CanaryInstruction { get; private init; } = Canary;

    internal static GuardState Of(CheckInputResponse decision) => new(decision.PolicyVersion, decision.Pseudonyms, decision.Canary)
    {
        CanaryInstruction = decision.CanaryInstruction.Length > 0 ? decision.CanaryInstruction : decision.Canary,
    };
}

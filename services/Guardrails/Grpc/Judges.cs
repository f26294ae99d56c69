using Millrace.Guardrails.Content;
using Millrace.Guardrails.Grounding;
using Millrace.Guardrails.Topics;

namespace Millrace.Guardrails.Grpc;

/// <summary>What judges texts beside the rules.</summary>
/// <param name="Topics">Holds what users write to topics.</param>
/// <param name="Moderator">Scores categories of content.</param>
/// <param name="Grounding">Holds answers to their texts.</param>
internal sealed record Judges(ITopicRails Topics, Moderator Moderator, GroundingCheck Grounding);

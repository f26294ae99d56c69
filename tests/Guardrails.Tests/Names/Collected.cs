using Millrace.Guardrails.Detection;

namespace Millrace.Guardrails.Tests.Names;

/// <summary>A finding of the tagger, in positions of the whole text.</summary>
internal readonly record struct EntitySpan(int Kind, int Start, int End, float Score);

/// <summary>Takes what a detection finds.</summary>
/// <param name="offset">Position in the whole text of what the detection is shown.</param>
/// <param name="spans">Takes the findings; null for a list of its own.</param>
internal sealed class Collected(int offset, List<EntitySpan>? spans = null) : ICandidates
{
    public List<EntitySpan> Spans { get; } = spans ?? [];

    public void Add(int rule, int start, int length, float score, string? detail = null)
    {
        Assert.InRange(score, 0, 1);
        Assert.InRange(length, 1, int.MaxValue);
        Assert.InRange(start, 0, int.MaxValue);
        Spans.Add(new EntitySpan(rule, offset + start, offset + start + length, score));
    }
}

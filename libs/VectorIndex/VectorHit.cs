namespace Millrace.VectorIndex;

/// <summary>One vector that was found.</summary>
/// <param name="Id">The id under which it was stored.</param>
/// <param name="Score">How near it is: higher is nearer for every metric; see <see cref="Metric"/> for the range.</param>
public readonly record struct VectorHit(long Id, float Score);

namespace Millrace.Inference.Sampling;

/// <summary>A token that may be drawn.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Weight">Its probability divided by the best token's.</param>
internal readonly record struct Candidate(int Id, float Weight);

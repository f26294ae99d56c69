using Millrace.Grounding.Reading;

namespace Millrace.Grounding.Support;

/// <summary>Words that support a claim.</summary>
/// <param name="Number">Number of the source that they stand in.</param>
/// <param name="Span">Where in its text.</param>
/// <param name="Score">How well they do, in (0, 1]; 1 for word by word.</param>
internal sealed record Evidence(int Number, TextSpan Span, double Score);

namespace Millrace.Grounding;

/// <summary>A text that can support a sentence.</summary>
/// <param name="Number">Its number, by which it is asked for; different for each of one index.</param>
/// <param name="Title">Title of its document; empty when it has none.</param>
/// <param name="Breadcrumb">Headings above it, outermost first.</param>
/// <param name="Text">The text.</param>
public sealed record GroundingSource(int Number, string Title, IReadOnlyList<string> Breadcrumb, string Text);

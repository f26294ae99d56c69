using Millrace.Gateway.Retrieval;
using Millrace.Grounding.Reading;

namespace Millrace.Gateway.Quoting;

/// <summary>A sentence that may answer the question.</summary>
/// <param name="Passage">The passage it stands in.</param>
/// <param name="Span">Where it stands in the passage's text.</param>
/// <param name="Score">BM25 of the question among all sentences of the context; comparable within one question.</param>
/// <param name="Support">How much of the question the sentence and what stands above it speak of, in [0, 1].</param>
public sealed record QuoteCandidate(RetrievedPassage Passage, TextSpan Span, double Score, double Support)
{
    /// <summary>The sentence, exactly as it stands there.</summary>
    public string Text => Span.Of(Passage.Text);
}

using Millrace.LlamaCpp;

namespace Millrace.Embedding.Caching;

/// <summary>A text as its model reads it.</summary>
/// <param name="Tokens">Its tokens.</param>
/// <param name="IsCut">Whether it was too long and these are only its beginning.</param>
internal sealed record ReadText(LlamaToken[] Tokens, bool IsCut);

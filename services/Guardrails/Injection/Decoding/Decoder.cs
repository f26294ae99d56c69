namespace Millrace.Guardrails.Injection.Decoding;

/// <summary>
/// Reads text that was written so that nobody reads it. It works in one pass, and gives nothing for text that is not in its code,
/// which is nearly all. Immutable.
/// </summary>
internal abstract class Decoder
{
    /// <summary>What the code is called, such as <c>base64</c>.</summary>
    public abstract string Name { get; }

    /// <summary>The text that was hidden, or null.</summary>
    /// <param name="text">The text; at most <see cref="InjectionScorer.CharsMax"/> characters.</param>
    public abstract string? Decode(ReadOnlySpan<char> text);
}

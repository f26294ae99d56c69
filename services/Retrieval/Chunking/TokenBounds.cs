using System.Text;

namespace Millrace.Retrieval.Chunking;

/// <summary>What is known of a text's token count without asking the model.</summary>
internal static class TokenBounds
{
    /// <summary>Most tokens that a model adds around a text: two in BERT's family, one in most others.</summary>
    public const int AddedMax = 2;

    /// <summary>A count that no tokenizer exceeds: each token stands for at least one byte of UTF-8.</summary>
    public static int UpperBound(ReadOnlySpan<char> text) => Encoding.UTF8.GetByteCount(text) + AddedMax;
}

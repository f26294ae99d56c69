using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;

namespace Millrace.Retrieval.Encoders;

/// <summary>All that is needed to count an embedding model's tokens without it.</summary>
/// <param name="Model">Name of the model.</param>
/// <param name="Vocabulary">The tokens by id, in BERT's own writing: a piece inside a word begins with <c>##</c>.</param>
/// <param name="LowerCase">Whether text is lower-cased and its accents are removed.</param>
/// <param name="UnknownToken">The token of a word that the vocabulary cannot spell.</param>
/// <param name="AddedTokens">Tokens that the model adds around a text.</param>
internal sealed record WordPieceModel(
    string Model, IReadOnlyList<string> Vocabulary, bool LowerCase, string UnknownToken, int AddedTokens)
{
    /// <summary>Most tokens of one text, added ones included.</summary>
    public required int ContextTokensMax { get; init; }

    /// <summary>SHA-256 over the vocabulary, in hexadecimal, as the embedding service says it.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>Equal for tokenizers that count alike.</summary>
    [JsonIgnore]
    public string Identity => $"{Fingerprint} {LowerCase} {UnknownToken} {AddedTokens} {ContextTokensMax}";

    /// <summary>Whether the vocabulary is the one that the fingerprint was taken of.</summary>
    [JsonIgnore]
    public bool IsWhole => Fingerprint == Convert.ToHexStringLower(
        SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(Vocabulary.Select(token => token + "\n")))));
}

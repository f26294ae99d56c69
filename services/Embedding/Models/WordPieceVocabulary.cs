using System.Security.Cryptography;
using System.Text;
using Millrace.LlamaCpp;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Embedding.Models;

/// <summary>A WordPiece tokenizer in BERT's own writing: all that is needed to count an encoder's tokens elsewhere.</summary>
/// <param name="Tokens">The tokens by id; a piece inside a word begins with <c>##</c>.</param>
/// <param name="UnknownToken">The token of a word that the vocabulary cannot spell.</param>
/// <param name="LowerCase">Whether text is lower-cased and its accents are removed.</param>
/// <param name="AddedTokens">Tokens that the model adds around a text.</param>
internal sealed record WordPieceVocabulary(IReadOnlyList<string> Tokens, string UnknownToken, bool LowerCase, int AddedTokens)
{
    // llama.cpp marks the beginning of a word where BERT marks the inside.
    private const char WordStart = '\u2581';
    private const string Inside = "##";

    // Letters of two scripts that no text has side by side, in one word.
    private const string Unspellable = "\U00013000\U0001E900";
    private const string LowerCaseKey = "tokenizer.ggml.normalizer.lowercase";
    private const string AccentsKey = "tokenizer.ggml.normalizer.strip_accents";

    /// <summary>SHA-256 over the tokens, each closed by a line feed, in hexadecimal.</summary>
    public string Fingerprint => Convert.ToHexStringLower(
        SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(Tokens.Select(token => token + "\n")))));

    /// <summary>Reads an encoder's tokenizer.</summary>
    /// <exception cref="MillraceException">It is not WordPiece, or has something that BERT's writing cannot say.</exception>
    public static WordPieceVocabulary Of(Encoder encoder)
    {
        var vocab = encoder.Vocab;
        if (vocab.Type != VocabularyType.WordPiece) throw Refused(encoder, $"is {vocab.Type}");
        var lowerCase = encoder.GetMetadata(LowerCaseKey) != "false";
        if ((encoder.GetMetadata(AccentsKey) ?? (lowerCase ? "true" : "false")) != (lowerCase ? "true" : "false"))
            throw Refused(encoder, "lowers the case without removing accents, or the reverse");
        List<string> tokens = [.. Enumerable.Range(0, vocab.Count).Select(id => InBertsWriting(encoder, new LlamaToken(id)))];
        if (tokens.Distinct(StringComparer.Ordinal).Count() < tokens.Count) throw Refused(encoder, "has two tokens of one spelling");
        if (vocab.Tokenize(Unspellable) is not [var unknown]) throw Refused(encoder, "has no token for unknown words");
        return new WordPieceVocabulary(tokens, tokens[unknown.Id], lowerCase, vocab.Tokenize("", addSpecial: true).Length);
    }

    private static string InBertsWriting(Encoder encoder, LlamaToken token)
    {
        var text = encoder.Vocab.TextOf(token);
        if (text.AsSpan().ContainsAny('\r', '\n') || text is "" or ['\u2581'])
            throw Refused(encoder, "has an empty token or one of several lines");
        if (encoder.Vocab.AttributesOf(token).HasFlag(TokenAttributes.UserDefined))
            throw Refused(encoder, "has tokens that are matched before words are");
        if (text[0] == WordStart) return text[1..];
        return StandsForItself(text) ? text : Inside + text;
    }

    // Marks are words of their own, so a token such as [CLS] can be no piece inside a word.
    private static bool StandsForItself(string text) => text is ['[', _, .., ']'] or ['<', _, .., '>'];

    private static MillraceException Refused(Encoder encoder, string why) => MillraceException.InvalidArgument(
        "model", $"The tokenizer of {encoder.Name} cannot be given away as WordPiece: it {why}. Count its tokens with CountTokens.");
}

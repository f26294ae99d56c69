using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Millrace.Gateway.Runtime;

namespace Millrace.Gateway.Streaming;

/// <summary>The log probabilities of one choice of a text completion, in the shape of that API: one array for each property.</summary>
internal sealed class TextLogprobs
{
    private int _offset;
    private bool _isFirst = true;

    /// <summary>Writes the tokens that come next; null without tokens.</summary>
    /// <param name="json">Takes the property <c>logprobs</c>.</param>
    /// <param name="tokens">The tokens.</param>
    /// <param name="isEcho">Whether the choice begins with its prompt, whose first token follows nothing and has no probability.</param>
    public void Write(Utf8JsonWriter json, IReadOnlyList<TokenLogprob> tokens, bool isEcho)
    {
        if (tokens.Count == 0)
        {
            json.WriteNull("logprobs"u8);
            return;
        }

        var first = _isFirst && isEcho;
        _isFirst = false;
        json.WriteStartObject("logprobs"u8);
        WriteArray(json, "tokens", tokens, (token, _) => json.WriteStringValue(Text(token)));
        WriteArray(json, "token_logprobs", tokens, (token, index) => WriteLogprob(json, token, first && index == 0));
        WriteTop(json, tokens, first);
        WriteArray(json, "text_offset", tokens, (token, _) => json.WriteNumberValue(Advance(token)));
        json.WriteEndObject();
    }

    private static void WriteArray(
        Utf8JsonWriter json, string name, IReadOnlyList<TokenLogprob> tokens, Action<TokenLogprob, int> write)
    {
        json.WriteStartArray(name);
        for (var i = 0; i < tokens.Count; i++) write(tokens[i], i);
        json.WriteEndArray();
    }

    private static void WriteLogprob(Utf8JsonWriter json, TokenLogprob token, bool isNone)
    {
        if (isNone) json.WriteNullValue();
        else json.WriteNumberValue(token.Logprob);
    }

    private static void WriteTop(Utf8JsonWriter json, IReadOnlyList<TokenLogprob> tokens, bool first)
    {
        if (tokens.All(token => token.Top.Count == 0)) json.WriteNull("top_logprobs"u8);
        else WriteArray(json, "top_logprobs", tokens, (token, index) => WriteAlternatives(json, token, first && index == 0));
    }

    // The token itself is always among them. Two tokens may look alike; the more probable one, which comes first, is told.
    private static void WriteAlternatives(Utf8JsonWriter json, TokenLogprob token, bool isNone)
    {
        if (isNone)
        {
            json.WriteNullValue();
            return;
        }

        json.WriteStartObject();
        foreach (var alternative in token.Top.Append(token).DistinctBy(Text)) json.WriteNumber(Text(alternative), alternative.Logprob);
        json.WriteEndObject();
    }

    // A part of a character is no text.
    private static string Text(TokenLogprob token) => Utf8.IsValid(token.Token.Span)
        ? Encoding.UTF8.GetString(token.Token.Span)
        : "bytes:" + string.Concat(token.Token.ToArray().Select(value => $"\\x{value:x2}"));

    // Characters before the token: bytes that begin one.
    private int Advance(TokenLogprob token)
    {
        var offset = _offset;
        foreach (var value in token.Token.Span)
            if ((value & 0xC0) != 0x80) _offset++;
        return offset;
    }
}

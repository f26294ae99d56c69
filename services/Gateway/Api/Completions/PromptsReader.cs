using System.Text.Json;
using Millrace.Gateway.Completions;

namespace Millrace.Gateway.Api.Completions;

/// <summary>The field <c>prompt</c>: a text, tokens, or several of either.</summary>
internal static class PromptsReader
{
    private const int PromptsMax = 128;
    private const int TokensMax = 1 << 18;

    /// <summary>Reads the field.</summary>
    /// <exception cref="ServiceDefaults.Errors.MillraceException">It is wrong; the exception names the prompt.</exception>
    public static IReadOnlyList<CompletionPrompt> Read(JsonField field)
    {
        if (field.Kind == JsonValueKind.String) return [Text(field)];
        if (IsTokens(field)) return [Tokens(field)];
        return [.. field.Items(1, PromptsMax).Select(item => item.Kind == JsonValueKind.Array ? Tokens(item) : Text(item))];
    }

    private static bool IsTokens(JsonField field) =>
        field.Kind == JsonValueKind.Array && field.Value.GetArrayLength() > 0 && field.Value[0].ValueKind == JsonValueKind.Number;

    private static CompletionPrompt Text(JsonField field) =>
        field.Text() is { Length: > 0 } text ? new CompletionPrompt(text, null) : throw field.Invalid("must not be empty");

    private static CompletionPrompt Tokens(JsonField field)
    {
        var count = field.Value.GetArrayLength();
        if (count is 0 or > TokensMax) throw field.Invalid($"must have 1 to {TokensMax} tokens");
        var tokens = new int[count];
        var index = 0;
        foreach (var item in field.Value.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Number || !item.TryGetInt32(out tokens[index]) || tokens[index] < 0)
                throw new JsonField($"{field.Path}[{index}]", string.Empty, item).Invalid("must be a token id, an integer from 0");
            index++;
        }

        return new CompletionPrompt(null, tokens);
    }
}

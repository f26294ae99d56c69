using System.Collections.Frozen;
using System.Text.Json;
using Millrace.Gateway.Completions;
using Millrace.Gateway.Runtime;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Api.Completions;

/// <summary>A request for text completions and how it wants to be answered.</summary>
/// <param name="Completion">The request.</param>
/// <param name="Stream">Whether the answer is streamed.</param>
/// <param name="IncludeUsage">Whether the stream ends with the usage.</param>
internal sealed record CompletionHttpRequest(CompletionRequest Completion, bool Stream, bool IncludeUsage);

/// <summary>
/// The body of a request for text completions. Fields that chats have as well mean the same here; any other is honoured, accepted in the
/// one form that changes nothing, or refused by name.
/// </summary>
internal static class CompletionRequestReader
{
    private const int TokensMaxDefault = 16;
    private const int TokensMaxMax = 1 << 24;
    private const int LogprobsMax = 5;
    private const int ChoicesMax = 128;

    private static readonly FrozenSet<string> Shared = FrozenSet.Create(
        StringComparer.Ordinal,
        "model", "temperature", "top_p", "frequency_penalty", "presence_penalty", "seed", "logit_bias", "stop", "n", "stream",
        "stream_options");

    private static readonly FrozenDictionary<string, Action<Draft, JsonField>> Own = new Dictionary<string, Action<Draft, JsonField>>
    {
        ["prompt"] = (draft, field) => draft.Prompts = PromptsReader.Read(field),
        ["max_tokens"] = (draft, field) => draft.TokensMax = (int)field.Integer(0, TokensMaxMax),
        ["echo"] = (draft, field) => draft.Echo = field.Boolean(),
        ["logprobs"] = (draft, field) => draft.Logprobs = (int)field.Integer(0, LogprobsMax),
        ["best_of"] = (draft, field) => draft.BestOf = field,
        ["suffix"] = CheckSuffix,
        ["user"] = (_, field) => ChatNeutralParameters.Check(field),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The parameters that are known.</summary>
    public static IEnumerable<string> Names => Shared.Concat(Own.Keys).Concat(SamplingFields.Names);

    /// <summary>Reads a body.</summary>
    /// <exception cref="MillraceException">A field is missing, wrong or not supported; the exception names it.</exception>
    public static CompletionHttpRequest Read(JsonElement body)
    {
        var draft = new Draft();
        foreach (var field in JsonField.Root(body).Properties())
        {
            if (SamplingFields.Has(field.Name)) draft.Chat.Sampling = SamplingFields.Read(draft.Chat.Sampling, field);
            else if (!Shared.Contains(field.Name) && !Own.ContainsKey(field.Name)) throw field.Unknown();
            else if (field.IsNull) continue;
            else if (Own.TryGetValue(field.Name, out var read)) read(draft, field);
            else ChatRequestReader.ReadShared(draft.Chat, field);
        }

        CheckTogether(draft);
        return new CompletionHttpRequest(Finish(draft), draft.Chat.Stream, draft.Chat.IncludeUsage);
    }

    private static CompletionRequest Finish(Draft draft) => new()
    {
        Chat = new ChatRequest
        {
            Model = draft.Chat.Model ?? throw Invalid("model", "is missing. Name a model; GET /v1/models lists them."),
            Messages = [.. draft.Prompts.Select(prompt => new ChatTurn(ChatRole.User, prompt.Text ?? string.Empty))],
            Sampling = draft.Chat.Sampling,
            TokensMax = Math.Max(1, draft.TokensMax),
            Stop = draft.Chat.Stop,
            ChoiceCount = draft.Prompts.Count * draft.Chat.ChoiceCount,
            Logprobs = draft.Logprobs is not null,
            TopLogprobs = draft.Logprobs ?? 0,
        },
        Prompts = draft.Prompts,
        ChoicesPerPrompt = draft.Chat.ChoiceCount,
        Echo = draft.Echo,
        EchoOnly = draft.TokensMax == 0,
    };

    private static void CheckTogether(Draft draft)
    {
        var choices = draft.Chat.ChoiceCount;
        if (draft.Prompts.Count == 0) throw Invalid("prompt", "is missing. Send a text, tokens, or several of either.");
        if (draft.BestOf is { } bestOf && bestOf.Integer(1, 20) != choices)
            throw bestOf.Unsupported("is supported where it equals 'n' only. Leave it out.");
        if (draft is { TokensMax: 0, Echo: false })
            throw Invalid("max_tokens", "is 0, which leaves nothing to answer without 'echo'. Send at least 1.");
        if (draft.Prompts.Count * choices > ChoicesMax)
            throw Invalid("n", $"times the prompts makes {draft.Prompts.Count * choices} choices; ask for at most {ChoicesMax} at once.");
        if (draft.Chat is { HasStreamOptions: true, Stream: false }) throw Invalid("stream_options", "needs 'stream' to be true.");
    }

    private static void CheckSuffix(Draft draft, JsonField field)
    {
        if (field.Text().Length > 0) throw field.Unsupported("is not supported: text is continued at its end only. Leave it out.");
    }

    private static MillraceException Invalid(string param, string what) => MillraceException.InvalidArgument(param, $"'{param}' {what}");

    private sealed class Draft
    {
        public ChatRequestDraft Chat { get; } = new();

        public IReadOnlyList<CompletionPrompt> Prompts { get; set; } = [];

        public int TokensMax { get; set; } = TokensMaxDefault;

        public int? Logprobs { get; set; }

        public bool Echo { get; set; }

        public JsonField? BestOf { get; set; }
    }
}

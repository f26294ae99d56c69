using System.Text.Json;
using Google.Protobuf;
using Millrace.Contracts.Sessions.V1;
using Millrace.Gateway.Completions;
using Millrace.Gateway.Guarding;
using Millrace.Gateway.Prompts;
using Millrace.Gateway.Retrieval;
using Millrace.Gateway.Runtime;
using Millrace.Gateway.Sessions;

namespace Millrace.Gateway.Runs;

/// <summary>Keeps in a run what another process needs to go on with its chat.</summary>
internal sealed class ChatJournal(RunOutput output, RunLegacy legacy, DateTimeOffset createdAt) : IChatJournal
{
    public DateTimeOffset CreatedAt => createdAt;

    public bool IsShown => legacy.Shown.Count > 0;

    public PreparedChat? Prepared => legacy.Prepared;

    public IReadOnlyList<SaidPiece> Said => legacy.Said;

    public ValueTask PrepareAsync(PreparedChat prepared, ChatRun run, CancellationToken cancellationToken)
    {
        var state = PreparedState.Of(prepared, run);
        return output.KeepAsync(
            RunFrameKind.Prepared, JsonSerializer.SerializeToUtf8Bytes(state, RunJson.Default.PreparedState), cancellationToken);
    }

    public ValueTask SayAsync(ChatEvent next, ChatRun run, CancellationToken cancellationToken) => output.KeepAsync(
        RunFrameKind.Raw, JsonSerializer.SerializeToUtf8Bytes(RawPiece.Of(next, run), RunJson.Default.RawPiece), cancellationToken);
}

/// <summary>What was found out before the generation, as it is kept.</summary>
internal sealed record PreparedState
{
    public ChatTurn[] Messages { get; init; } = [];

    public ChatTurn[] HistoryTurns { get; init; } = [];

    public ChatTurn? Summary { get; init; }

    public bool AnswersAgain { get; init; }

    public ChatTurn[] Turns { get; init; } = [];

    public RetrievedPassage[]? Context { get; init; }

    public ChatTurn[] PromptTurns { get; init; } = [];

    public RetrievedPassage[] Passages { get; init; } = [];

    public int PassagesDropped { get; init; }

    public int MessagesDropped { get; init; }

    public ChatUsage Usage { get; init; } = new(0, 0, 0);

    public string[] Degraded { get; init; } = [];

    public string? Question { get; init; }

    public string? GuardPolicyVersion { get; init; }

    public byte[]? GuardPseudonyms { get; init; }

    public string? GuardCanary { get; init; }

    public static PreparedState Of(PreparedChat prepared, ChatRun run) => new()
    {
        Messages = [.. prepared.Messages],
        HistoryTurns = [.. prepared.History.Turns],
        Summary = prepared.History.Summary,
        AnswersAgain = prepared.History.AnswersAgain,
        Turns = [.. prepared.Turns],
        Context = prepared.Context is { } context ? [.. context.Passages] : null,
        PromptTurns = [.. prepared.Prompt.Turns],
        Passages = [.. prepared.Prompt.Passages],
        PassagesDropped = prepared.Prompt.PassagesDropped,
        MessagesDropped = prepared.Prompt.MessagesDropped,
        Usage = run.Usage,
        Degraded = [.. run.Degraded],
        Question = run.Question,
        GuardPolicyVersion = run.Guard.PolicyVersion,
        GuardPseudonyms = run.Guard.Pseudonyms.ToByteArray(),
        GuardCanary = run.Guard.Canary,
    };

    public PreparedChat ToPrepared() => new(
        Messages,
        new ConversationWindow(HistoryTurns, Summary, AnswersAgain),
        Turns,
        Context is null ? null : new RetrievedContext(Context),
        new BuiltPrompt(PromptTurns, Passages, PassagesDropped, MessagesDropped))
    {
        Usage = Usage,
        Degraded = Degraded,
        Question = Question,
        Guard = new GuardState(GuardPolicyVersion ?? "", ByteString.CopyFrom(GuardPseudonyms ?? []), GuardCanary ?? ""),
    };
}

/// <summary>Something that the model said, as it is kept.</summary>
internal sealed record RawPiece
{
    public int Choice { get; init; }

    public string? Text { get; init; }

    public bool IsEcho { get; init; }

    public TokenLogprob[]? Logprobs { get; init; }

    public ChatToolCallDelta? Call { get; init; }

    public ChatFinishReason? Finish { get; init; }

    public string? Stop { get; init; }

    public ChatUsage? Usage { get; init; }

    public string? ServedBy { get; init; }

    public ulong? Seed { get; init; }

    public static RawPiece Of(ChatEvent next, ChatRun run)
    {
        var piece = new RawPiece { Usage = run.Usage, ServedBy = run.ServedBy, Seed = run.Seed };
        return next switch
        {
            ChatDelta delta => piece with { Choice = delta.Choice, Text = delta.Text, Logprobs = Kept(delta.Logprobs) },
            PromptEchoed echo => piece with
            {
                Choice = echo.Choice, Text = echo.Text, Logprobs = Kept(echo.Logprobs), IsEcho = true,
            },
            ChatToolCallDelta call => piece with { Call = call },
            ChatFinished finished => piece with { Choice = finished.Choice, Finish = finished.Reason, Stop = finished.Stop },
            _ => piece,
        };
    }

    public SaidPiece ToSaid() => new(Event(), Usage ?? new ChatUsage(0, 0, 0), ServedBy, Seed);

    private static TokenLogprob[]? Kept(IReadOnlyList<TokenLogprob> logprobs) => logprobs.Count == 0 ? null : [.. logprobs];

    private ChatEvent Event()
    {
        if (Call is not null) return Call;
        if (Finish is { } reason) return new ChatFinished(Choice, reason, []) { Stop = Stop };
        return IsEcho
            ? new PromptEchoed(Choice, Text ?? string.Empty, Logprobs ?? [])
            : new ChatDelta(Choice, Text ?? string.Empty, Logprobs ?? []);
    }
}

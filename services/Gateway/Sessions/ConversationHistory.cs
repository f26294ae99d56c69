using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;
using Millrace.Contracts.Sessions.V1;
using Millrace.Gateway.Runtime;
using Millrace.Gateway.Streaming;
using Millrace.Gateway.Telemetry;
using Millrace.ServiceDefaults.Calls;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Sessions;

/// <summary>Steps 6 and 13: what was said before, and remembering what is said now.</summary>
public sealed class ConversationHistory(
    SessionsService.SessionsServiceClient sessions, IOptions<GatewayOptions> options, GatewayTelemetry telemetry)
{
    /// <summary>Most messages that one append takes.</summary>
    private const int AppendMax = 64;

    /// <summary>Longest request id that is part of a message's id as it stands.</summary>
    private const int RequestIdCharsMax = 64;

    /// <summary>The newest messages of the request's conversation that fit the budget, oldest first.</summary>
    /// <returns>The messages; none without a conversation, or when it is new.</returns>
    public async Task<ConversationWindow> WindowAsync(ChatRun run, CancellationToken cancellationToken)
    {
        if (run.Plan.Request.ConversationId is not { } id) return ConversationWindow.Empty;
        using var step = telemetry.Step("history", run);
        try
        {
            var request = new GetWindowRequest { ConversationId = id, TokensMax = (uint)options.Value.HistoryTokensMax };
            var window = await sessions.GetWindowAsync(request, cancellationToken: cancellationToken);
            run.Decide(
                "history",
                $"{window.Messages.Count} messages",
                new JsonObject { ["dropped"] = window.DroppedCount, ["tokens"] = window.TokenCount });
            return new ConversationWindow([.. window.Messages.Where(message => message.Role != MessageRole.Tool).Select(Turn)]);
        }
        catch (MillraceException error) when (error.Reason == Reason.ConversationNotFound)
        {
            // The first request of a conversation creates it, when its answer is stored.
            return ConversationWindow.Empty;
        }
    }

    /// <summary>Stores the request's messages and the answer. A repeated request stores nothing twice.</summary>
    /// <param name="run">The request.</param>
    /// <param name="messages">Its messages, as they went into the model.</param>
    /// <param name="window">What the conversation had.</param>
    /// <param name="answer">The answer.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task AppendAsync(
        ChatRun run, IReadOnlyList<ChatTurn> messages, ConversationWindow window, StoredAnswer answer, CancellationToken cancellationToken)
    {
        if (run.Plan.Request.ConversationId is not { } id) return;
        var request = new AppendMessagesRequest { ConversationId = id, CreateIfMissing = true };
        var asked = messages.Where(message => !window.HasSystem || message.Role != ChatRole.System).TakeLast(AppendMax - 1);
        request.Messages.Add(asked.Select((message, index) => Message(message, index.ToString(CultureInfo.InvariantCulture))));
        request.Messages.Add(Answer(run, answer));
        try
        {
            await sessions.AppendMessagesAsync(request, cancellationToken: cancellationToken);
        }
        catch (MillraceException) when (!cancellationToken.IsCancellationRequested)
        {
            // The answer is out already; the caller learns that the conversation does not have it.
            run.Degrade("sessions");
        }
    }

    // What was generated is the answer only where there was one choice and nothing of it was dropped; else nobody has counted it.
    private static Message Answer(ChatRun run, StoredAnswer answer)
    {
        var message = Message(new ChatTurn(ChatRole.Assistant, answer.Text), "answer");
        message.AnnotationsJson = AnswerParts.Stored(answer.Citations);
        message.Model = run.ServedBy ?? run.Plan.Model.Name;
        if (run.Plan is { Request.ChoiceCount: 1, Grounding: not { Quotes: true } }) message.TokenCount = (uint)run.Usage.CompletionTokens;
        return message;
    }

    // A client's own id may be longer than an id of a message, or have other characters; the same request must get the same one.
    private static string Key(string requestId) =>
        requestId.Length <= RequestIdCharsMax && requestId.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')
            ? requestId
            : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(requestId)));

    private static Message Message(ChatTurn turn, string part) => new()
    {
        Id = $"{Key(CallContext.Current.RequestId)}-{part}",
        Role = turn.Role switch
        {
            ChatRole.System => MessageRole.System,
            ChatRole.User => MessageRole.User,
            _ => MessageRole.Assistant,
        },
        Content = turn.Content,
    };

    private static ChatTurn Turn(Message message) => new(
        message.Role switch
        {
            MessageRole.System => ChatRole.System,
            MessageRole.User => ChatRole.User,
            _ => ChatRole.Assistant,
        },
        message.Content);
}

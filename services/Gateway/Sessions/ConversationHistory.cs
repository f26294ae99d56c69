using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;
using Millrace.Contracts.Sessions.V1;
using Millrace.Gateway.Resilience;
using Millrace.Gateway.Runtime;
using Millrace.Gateway.Streaming;
using Millrace.Gateway.Telemetry;
using Millrace.ServiceDefaults.Calls;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Sessions;

/// <summary>Steps 6 and 13: what was said before, and remembering what is said now.</summary>
public sealed class ConversationHistory(
    SessionsService.SessionsServiceClient sessions,
    TokenCounter counter,
    SummaryText summaries,
    ConversationSummarizer summarizer,
    IOptions<GatewayOptions> options,
    GatewayTelemetry telemetry)
{
    /// <summary>How often a window is asked for, with what was not counted counted in between.</summary>
    private const int WindowRounds = 3;

    /// <summary>Most messages that one append takes.</summary>
    private const int AppendMax = 64;

    /// <summary>Longest request id that is part of a message's id as it stands.</summary>
    private const int RequestIdCharsMax = 64;

    /// <summary>
    /// The newest messages of the request's conversation that fit the budget by the model's own tokenizer, oldest first, and what is
    /// known of those before them.
    /// </summary>
    /// <param name="run">The request.</param>
    /// <param name="messages">Its messages, as they go into the model.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>The messages; none without a conversation, or when it is new.</returns>
    public async Task<ConversationWindow> WindowAsync(ChatRun run, IReadOnlyList<ChatTurn> messages, CancellationToken cancellationToken)
    {
        if (run.Plan.Request.ConversationId is not { } id) return ConversationWindow.Empty;
        using var step = telemetry.Step("history", run);
        var isElsewhere = run.Plan.Request.ParentMessageId is not null;
        var request = new GetWindowRequest
        {
            ConversationId = id,
            TokensMax = (uint)options.Value.HistoryTokensMax,
            HeadMessageId = run.Plan.Request.ParentMessageId ?? string.Empty,
            Model = run.Plan.Model.Name,
            KeepLastTurn = isElsewhere || messages[0].Role == ChatRole.Tool,
        };
        try
        {
            var window = await CountedAsync(request, cancellationToken);
            var summary = await summaries.WriteAsync(window.Summary, run.Plan.Model.Name, cancellationToken);
            List<ChatTurn> turns = [.. window.Messages.Select(message => message.ToTurn())];
            var again = isElsewhere && turns.Count > 0 && turns[^1].Role == ChatRole.User
                && messages[^1].Role == ChatRole.User && turns[^1].Content == messages[^1].Content;
            if (again) turns.RemoveAt(turns.Count - 1);
            run.Decide(
                "history",
                $"{turns.Count} messages",
                new JsonObject { ["dropped"] = window.DroppedCount, ["tokens"] = window.TokenCount, ["summary"] = summary is not null });
            return new ConversationWindow(turns, summary, again) { DroppedCount = (int)window.DroppedCount };
        }
        catch (MillraceException error)
            when (error.Reason == Reason.ConversationNotFound && run.Plan.Request.ParentMessageId is null or "root")
        {
            // The first request of a conversation creates it, when its answer is stored.
            return ConversationWindow.Empty;
        }
        catch (MillraceException error) when (error.Reason == Reason.MessageNotFound)
        {
            throw new MillraceException(Reason.MessageNotFound, error.Message, error) { Param = "millrace.parent_message_id" };
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
        if (run.Plan.Request is not { IsStored: true, ConversationId: { } id }) return;
        var request = new AppendMessagesRequest
        {
            ConversationId = id,
            CreateIfMissing = true,
            ParentMessageId = run.Plan.Request.ParentMessageId ?? string.Empty,
        };
        IEnumerable<ChatTurn> asked = window.AnswersAgain
            ? []
            : messages.Where(message => MayStore(run, window, message)).TakeLast(AppendMax - 1);
        request.Messages.Add(asked.Select((message, index) => message.ToMessage(IdOf(index.ToString(CultureInfo.InvariantCulture)))));
        request.Messages.Add(Answer(run, answer));
        await CountAsync(run.Plan.Model.Name, request.Messages, cancellationToken);
        try
        {
            await sessions.AppendMessagesAsync(request, cancellationToken: cancellationToken);
            run.StoredMessageIds = [.. request.Messages.Select(message => message.Id)];
            summarizer.Enqueue(id, run.Plan.Model.Name);
        }
        catch (MillraceException) when (!cancellationToken.IsCancellationRequested)
        {
            // The answer is out already; the caller learns that the conversation does not have it.
            run.Degrade(DegradedModes.Sessions);
        }
    }

    private static bool MayStore(ChatRun run, ConversationWindow window, ChatTurn message) =>
        message.Role != ChatRole.System || (!window.HasSystem && run.Plan.Request.KeepsInstructions);

    private static Message Answer(ChatRun run, StoredAnswer answer)
    {
        var message = new ChatTurn(ChatRole.Assistant, answer.Text) { ToolCalls = answer.ToolCalls }.ToMessage(IdOf("answer"));
        message.AnnotationsJson = AnswerParts.Stored(answer.Citations);
        message.Model = run.ServedBy ?? run.Plan.Model.Name;
        return message;
    }

    /// <summary>Asks for a window, and again when what it depends on has been counted.</summary>
    private async Task<GetWindowResponse> CountedAsync(GetWindowRequest request, CancellationToken cancellationToken)
    {
        var window = await sessions.GetWindowAsync(request, cancellationToken: cancellationToken);
        for (var round = 1; round < WindowRounds && window.Uncounted.Count > 0; round++)
        {
            var texts = window.Uncounted.Select(message => message.Words());
            if (await counter.TryCountAsync(request.Model, texts, cancellationToken) is not { } counts) break;
            var put = new PutTokenCountsRequest { ConversationId = request.ConversationId, Model = request.Model };
            put.Counts.Add(window.Uncounted.Zip(counts, (message, count) => new TokenCount { MessageId = message.Id, Count = count }));
            await sessions.PutTokenCountsAsync(put, cancellationToken: cancellationToken);
            window = await sessions.GetWindowAsync(request, cancellationToken: cancellationToken);
        }

        return window;
    }

    // By the tokenizer and not by what was generated: a stored text may have other tokens than those it was made of.
    private async Task CountAsync(string model, IReadOnlyList<Message> messages, CancellationToken cancellationToken)
    {
        if (await counter.TryCountAsync(model, messages.Select(message => message.Words()), cancellationToken) is not { } counts) return;
        foreach (var (message, count) in messages.Zip(counts)) (message.TokenCount, message.TokenModel) = (count, model);
    }

    // A client's own id may be longer than an id of a message, or have other characters; the same request must get the same one.
    private static string Key(string requestId) =>
        requestId.Length <= RequestIdCharsMax && requestId.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')
            ? requestId
            : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(requestId)));

    private static string IdOf(string part) => $"{Key(CallContext.Current.RequestId)}-{part}";
}

using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using Grpc.Core;
using Millrace.Contracts.Sessions.V1;
using Millrace.ServiceDefaults.Calls;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Tests.Fakes;

/// <summary>Keeps conversations in memory by the rules of the real one: what ids are, and that one is not stored twice.</summary>
internal sealed partial class FakeSessions : SessionsService.SessionsServiceBase
{
    private readonly TaskCompletionSource<(string Tenant, PutSummaryRequest Summary)> _summarised =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Whether the service is away.</summary>
    public bool IsAway { get; set; }

    public ConcurrentDictionary<string, List<Message>> Conversations { get; } = new();

    /// <summary>Answers for windows; null for all messages.</summary>
    public Func<GetWindowRequest, GetWindowResponse>? Window { get; set; }

    /// <summary>The windows that were asked for.</summary>
    public ConcurrentQueue<GetWindowRequest> Windows { get; } = new();

    /// <summary>The last append.</summary>
    public AppendMessagesRequest? LastAppend { get; private set; }

    /// <summary>Completes with the first summary that is stored, and its tenant.</summary>
    public Task<(string Tenant, PutSummaryRequest Summary)> Summarised => _summarised.Task;

    public override Task<GetWindowResponse> GetWindow(GetWindowRequest request, ServerCallContext context)
    {
        RequirePresence();
        if (!Conversations.TryGetValue(request.ConversationId, out var messages))
            throw new MillraceException(Reason.ConversationNotFound, $"The conversation '{request.ConversationId}' does not exist.");
        Windows.Enqueue(request);
        if (Window is not null) return Task.FromResult(Window(request));
        lock (messages) return Task.FromResult(WindowOf(messages, request));
    }

    public override Task<PutTokenCountsResponse> PutTokenCounts(PutTokenCountsRequest request, ServerCallContext context)
    {
        foreach (var count in request.Counts)
        {
            var message = Conversations[request.ConversationId].Single(known => known.Id == count.MessageId);
            (message.TokenCount, message.TokenModel) = (count.Count, request.Model);
        }

        return Task.FromResult(new PutTokenCountsResponse());
    }

    public override Task<PutSummaryResponse> PutSummary(PutSummaryRequest request, ServerCallContext context)
    {
        _summarised.TrySetResult((CallContext.Current.Tenant, request));
        return Task.FromResult(new PutSummaryResponse());
    }

    public override Task<CreateConversationResponse> CreateConversation(CreateConversationRequest request, ServerCallContext context)
    {
        Conversations.TryAdd("conv_1", []);
        var created = new Conversation { Id = "conv_1", Metadata = { request.Metadata } };
        return Task.FromResult(new CreateConversationResponse { Conversation = created });
    }

    public override Task<GetConversationResponse> GetConversation(GetConversationRequest request, ServerCallContext context) =>
        Conversations.TryGetValue(request.Id, out var messages)
            ? Task.FromResult(new GetConversationResponse
            {
                Conversation = new Conversation
                {
                    Id = request.Id, MessageCount = (uint)messages.Count, HeadMessageId = messages.LastOrDefault()?.Id ?? "",
                },
            })
            : throw new MillraceException(Reason.ConversationNotFound, $"There is no conversation '{request.Id}'.");

    public override Task<ListMessagesResponse> ListMessages(ListMessagesRequest request, ServerCallContext context)
    {
        IEnumerable<Message> all = Conversations[request.ConversationId];
        var ordered = request.Descending ? all.Reverse() : all;
        if (request.AfterMessageId.Length > 0) ordered = ordered.SkipWhile(message => message.Id != request.AfterMessageId).Skip(1);
        var page = ordered.Take((int)request.PageSize + 1).ToList();
        var response = new ListMessagesResponse { HasMore = page.Count > request.PageSize };
        response.Messages.Add(page.Take((int)request.PageSize));
        return Task.FromResult(response);
    }

    public override async Task ExportConversation(
        ExportConversationRequest request, IServerStreamWriter<ExportConversationResponse> responseStream, ServerCallContext context)
    {
        if (!Conversations.TryGetValue(request.ConversationId, out var messages))
            throw new MillraceException(Reason.ConversationNotFound, $"There is no conversation '{request.ConversationId}'.");
        await responseStream.WriteAsync(new ExportConversationResponse { Conversation = new Conversation { Id = request.ConversationId } });
        foreach (var message in messages) await responseStream.WriteAsync(new ExportConversationResponse { Message = message });
        await responseStream.WriteAsync(new ExportConversationResponse { Summary = new Summary { Text = "in short" } });
    }

    public override Task<AppendMessagesResponse> AppendMessages(AppendMessagesRequest request, ServerCallContext context)
    {
        RequirePresence();
        if (request.Messages.Any(message => !MessageId().IsMatch(message.Id)))
            throw MillraceException.InvalidArgument("messages[0].id", "An id of a message has other characters, or too many.");
        LastAppend = request;
        var messages = Conversations.GetOrAdd(request.ConversationId, _ => []);
        lock (messages)
            foreach (var message in request.Messages.Where(message => messages.All(known => known.Id != message.Id))) messages.Add(message);
        return Task.FromResult(new AppendMessagesResponse { Messages = { request.Messages } });
    }

    [GeneratedRegex(@"^[A-Za-z0-9._-]{1,128}\z")]
    private static partial Regex MessageId();

    private void RequirePresence()
    {
        if (IsAway) throw new RpcException(new Status(StatusCode.Unavailable, "away"));
    }

    private static GetWindowResponse WindowOf(List<Message> messages, GetWindowRequest request)
    {
        var head = messages.FindIndex(message => message.Id == request.HeadMessageId);
        if (request.HeadMessageId.Length > 0 && head < 0)
            throw new MillraceException(Reason.MessageNotFound, $"The conversation has no message '{request.HeadMessageId}'.");
        var response = new GetWindowResponse { Uncounted = { messages.Where(message => message.TokenModel != request.Model) } };
        response.Messages.Add(head < 0 ? messages : messages.Take(head + 1));
        return response;
    }
}

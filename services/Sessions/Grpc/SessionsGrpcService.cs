using System.Globalization;
using Grpc.Core;
using Millrace.Contracts.Sessions.V1;
using Millrace.ServiceDefaults.Calls;
using Millrace.ServiceDefaults.Errors;
using Millrace.Sessions.Conversations;
using Millrace.Sessions.Messages;
using Millrace.Sessions.Summaries;
using Millrace.Sessions.Windowing;

namespace Millrace.Sessions.Grpc;

/// <summary>Speaks gRPC for conversations, their messages, windows and summaries.</summary>
internal sealed class SessionsGrpcService(
    ConversationService conversations, MessageService messages, WindowService windows, SummaryService summaries, ConversationExport export)
    : SessionsService.SessionsServiceBase
{
    private const int ConversationsPage = 50;
    private const int ConversationsPageMax = 500;
    private const int MessagesPage = 100;
    private const int MessagesPageMax = 1000;

    private static string Tenant => CallContext.Current.Tenant;

    public override async Task<CreateConversationResponse> CreateConversation(CreateConversationRequest request, ServerCallContext context)
    {
        var metadata = new Dictionary<string, string>(request.Metadata);
        var created = await conversations.CreateAsync(Tenant, request.Id, request.Title, metadata, context.CancellationToken);
        return new CreateConversationResponse { Conversation = created.ToProto() };
    }

    public override async Task<GetConversationResponse> GetConversation(GetConversationRequest request, ServerCallContext context)
    {
        var found = await conversations.GetAsync(Key(request.Id), context.CancellationToken);
        return new GetConversationResponse { Conversation = found.ToProto() };
    }

    public override async Task<UpdateConversationResponse> UpdateConversation(UpdateConversationRequest request, ServerCallContext context)
    {
        var metadata = request.Metadata is null ? null : new Dictionary<string, string>(request.Metadata.Entries);
        var change = new ConversationChange(request.HasTitle ? request.Title : null, metadata);
        var changed = await conversations.UpdateAsync(Key(request.Id), change, context.CancellationToken);
        return new UpdateConversationResponse { Conversation = changed.ToProto() };
    }

    public override async Task<ListConversationsResponse> ListConversations(ListConversationsRequest request, ServerCallContext context)
    {
        var size = PageSize(request.PageSize, ConversationsPage, ConversationsPageMax);
        var found = await conversations.ListAsync(Tenant, ParseToken(request.PageToken), size + 1, context.CancellationToken);
        return new ListConversationsResponse
        {
            Conversations = { found.Take(size).Select(entry => entry.Conversation.ToProto()) },
            NextPageToken = found.Count > size ? found[size - 1].Number.ToString(CultureInfo.InvariantCulture) : "",
        };
    }

    public override async Task<DeleteConversationResponse> DeleteConversation(DeleteConversationRequest request, ServerCallContext context)
    {
        await conversations.DeleteAsync(Key(request.Id), context.CancellationToken);
        return new DeleteConversationResponse();
    }

    public override async Task<AppendMessagesResponse> AppendMessages(AppendMessagesRequest request, ServerCallContext context)
    {
        var stored = await messages.AppendAsync(
            Key(request.ConversationId),
            request.ParentMessageId,
            [.. request.Messages.Select(message => message.ToCore())],
            request.CreateIfMissing,
            context.CancellationToken);
        return new AppendMessagesResponse { Messages = { stored.Select(message => message.ToProto()) } };
    }

    public override async Task<ListMessagesResponse> ListMessages(ListMessagesRequest request, ServerCallContext context)
    {
        var size = PageSize(request.PageSize, MessagesPage, MessagesPageMax);
        var after = request.AfterSequence == 0 ? (long?)null : (long)Math.Min(request.AfterSequence, long.MaxValue);
        var page = new MessagePage(HeadSequence: 0, after, request.Descending, size + 1);
        var found = await messages.PageAsync(
            Key(request.ConversationId), request.HeadMessageId, request.AfterMessageId, page, context.CancellationToken);
        return new ListMessagesResponse
        {
            Messages = { found.Take(size).Select(message => message.ToProto()) },
            HasMore = found.Count > size,
        };
    }

    public override async Task<GetMessageResponse> GetMessage(GetMessageRequest request, ServerCallContext context)
    {
        var found = await messages.GetAsync(Key(request.ConversationId), request.MessageId, "message_id", context.CancellationToken);
        return new GetMessageResponse { Message = found.ToProto() };
    }

    public override async Task<DeleteMessageResponse> DeleteMessage(DeleteMessageRequest request, ServerCallContext context)
    {
        var left = await messages.DeleteAsync(Key(request.ConversationId), request.MessageId, context.CancellationToken);
        return new DeleteMessageResponse { Conversation = left.ToProto() };
    }

    public override async Task<GetWindowResponse> GetWindow(GetWindowRequest request, ServerCallContext context)
    {
        var wanted = new WindowRequest(
            (int)Math.Min(request.TokensMax, int.MaxValue),
            request.HeadMessageId,
            request.Model,
            request.KeepLastTurn,
            request.IncludeFallen);
        return (await windows.GetAsync(Key(request.ConversationId), wanted, context.CancellationToken)).ToProto();
    }

    public override async Task<PutTokenCountsResponse> PutTokenCounts(PutTokenCountsRequest request, ServerCallContext context)
    {
        var counts = request.Counts.Select(
            count => KeyValuePair.Create(count.MessageId, (int)Math.Min(count.Count, int.MaxValue)));
        await messages.PutCountsAsync(Key(request.ConversationId), request.Model, [.. counts], context.CancellationToken);
        return new PutTokenCountsResponse();
    }

    public override async Task<ListBranchesResponse> ListBranches(ListBranchesRequest request, ServerCallContext context)
    {
        var branches = await messages.BranchesAsync(Key(request.ConversationId), context.CancellationToken);
        return new ListBranchesResponse { Branches = { branches.Select(branch => branch.ToProto()) } };
    }

    public override async Task<ListSiblingsResponse> ListSiblings(ListSiblingsRequest request, ServerCallContext context)
    {
        var siblings = await messages.SiblingsAsync(Key(request.ConversationId), request.MessageId, context.CancellationToken);
        return new ListSiblingsResponse { Messages = { siblings.Select(message => message.ToProto()) } };
    }

    public override async Task<SetHeadResponse> SetHead(SetHeadRequest request, ServerCallContext context)
    {
        var changed = await messages.SetHeadAsync(Key(request.ConversationId), request.MessageId, context.CancellationToken);
        return new SetHeadResponse { Conversation = changed.ToProto() };
    }

    public override async Task<PutSummaryResponse> PutSummary(PutSummaryRequest request, ServerCallContext context)
    {
        var stored = await summaries.PutAsync(
            Key(request.ConversationId), request.ThroughMessageId, request.Text, request.Model, context.CancellationToken);
        return new PutSummaryResponse { Summary = stored.ToProto() };
    }

    public override async Task ExportConversation(
        ExportConversationRequest request, IServerStreamWriter<ExportConversationResponse> responseStream, ServerCallContext context)
    {
        await foreach (var part in export.ReadAsync(Key(request.ConversationId), context.CancellationToken))
            await responseStream.WriteAsync(part.ToProto(), context.CancellationToken);
    }

    private static ConversationKey Key(string id) => new(Tenant, id);

    private static int PageSize(uint asked, int fallback, int max) => asked == 0 ? fallback : asked <= max
        ? (int)asked
        : throw MillraceException.InvalidArgument("page_size", $"page_size is {asked}; ask for at most {max}.");

    private static long? ParseToken(string token)
    {
        if (token.Length == 0) return null;
        return long.TryParse(token, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw MillraceException.InvalidArgument(
                "page_token", "page_token is not one that a list returned. Leave it empty to begin anew.");
    }
}

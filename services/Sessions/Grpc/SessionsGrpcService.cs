using System.Globalization;
using Grpc.Core;
using Millrace.Contracts.Sessions.V1;
using Millrace.ServiceDefaults.Calls;
using Millrace.ServiceDefaults.Errors;
using Millrace.Sessions.Conversations;

namespace Millrace.Sessions.Grpc;

/// <summary>Speaks gRPC for <see cref="ConversationService"/>.</summary>
internal sealed class SessionsGrpcService(ConversationService conversations) : SessionsService.SessionsServiceBase
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
        var found = await conversations.GetAsync(Tenant, request.Id, context.CancellationToken);
        return new GetConversationResponse { Conversation = found.ToProto() };
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
        await conversations.DeleteAsync(Tenant, request.Id, context.CancellationToken);
        return new DeleteConversationResponse();
    }

    public override async Task<AppendMessagesResponse> AppendMessages(AppendMessagesRequest request, ServerCallContext context)
    {
        var messages = request.Messages.Select(message => message.ToCore()).ToList();
        var stored = await conversations.AppendAsync(
            Tenant, request.ConversationId, messages, request.CreateIfMissing, context.CancellationToken);
        return new AppendMessagesResponse { Messages = { stored.Select(message => message.ToProto()) } };
    }

    public override async Task<ListMessagesResponse> ListMessages(ListMessagesRequest request, ServerCallContext context)
    {
        var size = PageSize(request.PageSize, MessagesPage, MessagesPageMax);
        var after = (long)Math.Min(request.AfterSequence, long.MaxValue);
        var found = await conversations.MessagesAsync(Tenant, request.ConversationId, after, size + 1, context.CancellationToken);
        return new ListMessagesResponse
        {
            Messages = { found.Take(size).Select(message => message.ToProto()) },
            HasMore = found.Count > size,
        };
    }

    public override async Task<GetWindowResponse> GetWindow(GetWindowRequest request, ServerCallContext context)
    {
        var tokensMax = (int)Math.Min(request.TokensMax, int.MaxValue);
        var window = await conversations.WindowAsync(Tenant, request.ConversationId, tokensMax, context.CancellationToken);
        return new GetWindowResponse
        {
            Messages = { window.Messages.Select(message => message.ToProto()) },
            DroppedCount = (uint)window.DroppedCount,
            TokenCount = (uint)window.TokenCount,
        };
    }

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

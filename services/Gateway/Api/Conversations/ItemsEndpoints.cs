using Millrace.Contracts.Sessions.V1;
using Millrace.Gateway.Api.Documents;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Api.Conversations;

/// <summary><c>/v1/conversations/{id}/items</c>.</summary>
internal sealed class ItemsEndpoints(SessionsService.SessionsServiceClient sessions, JsonBody json)
{
    private const int PageDefault = 20;
    private const int PageMax = 100;

    public async Task<IResult> CreateAsync(string id, HttpContext context)
    {
        using var body = await json.ReadAsync(context.Request, context.RequestAborted);
        var fields = ConversationFields.Read(body.RootElement, "items", "millrace");
        if (fields.Items.Count == 0) throw MillraceException.InvalidArgument("items", "'items' is missing. Send at least one item.");
        var request = new AppendMessagesRequest
        {
            ConversationId = id, ParentMessageId = fields.Parent ?? string.Empty, Messages = { fields.Items },
        };
        var answer = await sessions.AppendMessagesAsync(request, cancellationToken: context.RequestAborted);
        return Answer(ItemListJson.Of(answer.Messages, hasMore: false));
    }

    public async Task<IResult> ListAsync(string id, HttpRequest request, CancellationToken cancellationToken)
    {
        QueryFields.RequireKnown(request, "limit", "after", "order", "head_message_id");
        var descending = IsDescending(request);
        var limit = QueryFields.Limit(request, PageMax);
        var answer = await sessions.ListMessagesAsync(
            new ListMessagesRequest
            {
                ConversationId = id,
                PageSize = limit == 0 ? PageDefault : limit,
                AfterMessageId = ItemIds.MessageOf(request.Query["after"].ToString()),
                HeadMessageId = request.Query["head_message_id"].ToString(),
                Descending = descending,
            },
            cancellationToken: cancellationToken);
        return Answer(ItemListJson.Of(answer.Messages, answer.HasMore, descending));
    }

    public async Task<IResult> GetAsync(string id, string item, CancellationToken cancellationToken)
    {
        var request = new GetMessageRequest { ConversationId = id, MessageId = ItemIds.MessageOf(item) };
        var answer = await sessions.GetMessageAsync(request, cancellationToken: cancellationToken);
        var items = ItemJson.Of(answer.Message).ToList();

        // A message that only calls has no item of its own; its first call tells of it.
        var found = items.Find(candidate => candidate.Id == item) ?? (item == request.MessageId ? items[0] : throw NoItem(item));
        return ApiResults.Json(found, ConversationJsonContext.Default.ItemJson);
    }

    public async Task<IResult> DeleteAsync(string id, string item, CancellationToken cancellationToken)
    {
        RequireWhole(item);
        var request = new DeleteMessageRequest { ConversationId = id, MessageId = item };
        var answer = await sessions.DeleteMessageAsync(request, cancellationToken: cancellationToken);
        return ApiResults.Json(ConversationJson.Of(answer.Conversation), ConversationJsonContext.Default.ConversationJson);
    }

    public async Task<IResult> SiblingsAsync(string id, string item, CancellationToken cancellationToken)
    {
        var request = new ListSiblingsRequest { ConversationId = id, MessageId = ItemIds.MessageOf(item) };
        var answer = await sessions.ListSiblingsAsync(request, cancellationToken: cancellationToken);
        return Answer(ItemListJson.Of(answer.Messages, hasMore: false));
    }

    private static MillraceException NoItem(string item) => new(Reason.MessageNotFound, $"The conversation has no item '{item}'.")
    {
        Param = "item",
    };

    private static void RequireWhole(string item)
    {
        if (ItemIds.MessageOf(item) != item)
            throw MillraceException.InvalidArgument(
                "item", $"'{item}' is a call of the message '{ItemIds.MessageOf(item)}'. Delete the message, with all its calls.");
    }

    private static IResult Answer(ItemListJson list) => ApiResults.Json(list, ConversationJsonContext.Default.ItemListJson);

    private static bool IsDescending(HttpRequest request) => request.Query["order"].ToString() switch
    {
        "" or "desc" => true,
        "asc" => false,
        _ => throw MillraceException.InvalidArgument("order", "'order' must be asc or desc."),
    };
}

/// <summary>Maps the endpoints of conversations and their items.</summary>
internal static class ConversationsMapping
{
    private const string All = "/conversations";
    private const string One = All + "/{id}";
    private const string Items = One + "/items";
    private const string Item = Items + "/{item}";

    public static void MapConversations(this IEndpointRouteBuilder v1)
    {
        v1.MapPost(All, (HttpContext context, ConversationsEndpoints conversations) => conversations.CreateAsync(context));
        v1.MapGet(All, (HttpContext context, ConversationsEndpoints conversations) =>
            conversations.ListAsync(context.Request, context.RequestAborted));
        v1.MapGet(One, (string id, ConversationsEndpoints conversations, CancellationToken cancellationToken) =>
            conversations.GetAsync(id, cancellationToken));
        v1.MapPost(One, (string id, HttpContext context, ConversationsEndpoints conversations) => conversations.UpdateAsync(id, context));
        v1.MapDelete(One, (string id, ConversationsEndpoints conversations, CancellationToken cancellationToken) =>
            conversations.DeleteAsync(id, cancellationToken));
        v1.MapGet(One + "/branches", (string id, ConversationsEndpoints conversations, CancellationToken cancellationToken) =>
            conversations.BranchesAsync(id, cancellationToken));
        v1.MapGet(One + "/export", (string id, HttpContext context, ConversationsEndpoints conversations) =>
            conversations.ExportAsync(id, context));
        v1.MapItems();
    }

    private static void MapItems(this IEndpointRouteBuilder v1)
    {
        v1.MapPost(Items, (string id, HttpContext context, ItemsEndpoints items) => items.CreateAsync(id, context));
        v1.MapGet(Items, (string id, HttpContext context, ItemsEndpoints items) =>
            items.ListAsync(id, context.Request, context.RequestAborted));
        v1.MapGet(Item, (string id, string item, ItemsEndpoints items, CancellationToken cancellationToken) =>
            items.GetAsync(id, item, cancellationToken));
        v1.MapDelete(Item, (string id, string item, ItemsEndpoints items, CancellationToken cancellationToken) =>
            items.DeleteAsync(id, item, cancellationToken));
        v1.MapGet(Item + "/siblings", (string id, string item, ItemsEndpoints items, CancellationToken cancellationToken) =>
            items.SiblingsAsync(id, item, cancellationToken));
    }
}

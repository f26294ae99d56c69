using Millrace.Gateway.Api.Conversations;

namespace Millrace.Gateway.OpenApi;

/// <summary>Conversations.</summary>
internal static class ConversationsApi
{
    private const string All = "/v1/conversations";
    private const string One = All + "/{id}";
    private const string Items = One + "/items";
    private const string Item = Items + "/{item}";

    private static readonly ApiSchema Conversation = ApiSchema.Of(ConversationJsonContext.Default.ConversationJson);
    private static readonly ApiSchema ItemSchema = ApiSchema.Of(ConversationJsonContext.Default.ItemJson);
    private static readonly ApiSchema ItemList = ApiSchema.Of(ConversationJsonContext.Default.ItemListJson);

    /// <summary>The routes.</summary>
    public static IReadOnlyList<ApiRoute> Routes { get; } =
    [
        new("POST", All, "Makes a conversation")
        {
            Request = ApiSchema.OfLines("ConversationRequest", "metadata object|null\nitems array|null\nmillrace object|null"),
            Response = Conversation,
        },
        new("GET", All, "Lists conversations")
        {
            Response = ApiSchema.Of(ConversationJsonContext.Default.ConversationListJson), Query = "limit:integer after",
        },
        new("GET", One, "Returns a conversation") { Response = Conversation },
        new("POST", One, "Changes a conversation")
        {
            Request = ApiSchema.OfLines("ConversationChange", "metadata object|null\nmillrace object|null"), Response = Conversation,
        },
        new("DELETE", One, "Deletes a conversation")
        {
            Response = ApiSchema.Of(ConversationJsonContext.Default.DeletedConversationJson),
        },
        new("GET", One + "/branches", "Lists the branches") { Response = ApiSchema.Of(ConversationJsonContext.Default.BranchListJson) },
        new("GET", One + "/export", "Returns all that is kept of a conversation, a line each") { OtherMedia = "application/x-ndjson" },
        new("POST", Items, "Appends items")
        {
            Request = ApiSchema.OfLines("ItemsRequest", "items! array\nmillrace object|null"), Response = ItemList,
        },
        new("GET", Items, "Lists items") { Response = ItemList, Query = "limit:integer after order head_message_id" },
        new("GET", Item, "Returns an item") { Response = ItemSchema },
        new("DELETE", Item, "Deletes an item") { Response = Conversation },
        new("GET", Item + "/siblings", "Lists the versions of an item") { Response = ItemList },
    ];
}

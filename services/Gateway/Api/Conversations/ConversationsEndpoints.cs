using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Grpc.Core;
using Millrace.Contracts.Sessions.V1;
using Millrace.Gateway.Api.Documents;
using Millrace.ServiceDefaults.Http;
using Metadata = Millrace.Contracts.Sessions.V1.Metadata;

namespace Millrace.Gateway.Api.Conversations;

/// <summary><c>/v1/conversations</c>.</summary>
internal sealed class ConversationsEndpoints(SessionsService.SessionsServiceClient sessions, JsonBody json)
{
    private const int PageMax = 100;

    public async Task<IResult> CreateAsync(HttpContext context)
    {
        var cancellationToken = context.RequestAborted;
        using var body = await json.ReadAsync(context.Request, cancellationToken);
        var fields = ConversationFields.Read(body.RootElement, "metadata", "items", "millrace");
        var request = new CreateConversationRequest { Title = fields.Title ?? "", Metadata = { fields.Metadata ?? [] } };
        var created = (await sessions.CreateConversationAsync(request, cancellationToken: cancellationToken)).Conversation;
        if (fields.Items.Count == 0) return Answer(created);

        var append = new AppendMessagesRequest { ConversationId = created.Id, Messages = { fields.Items } };
        await sessions.AppendMessagesAsync(append, cancellationToken: cancellationToken);
        return await GetAsync(created.Id, cancellationToken);
    }

    public async Task<IResult> ListAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        QueryFields.RequireKnown(request, "limit", "after");
        var answer = await sessions.ListConversationsAsync(
            new ListConversationsRequest { PageSize = QueryFields.Limit(request, PageMax), PageToken = request.Query["after"].ToString() },
            cancellationToken: cancellationToken);
        var next = answer.NextPageToken.Length == 0 ? null : answer.NextPageToken;
        var list = new ConversationListJson("list", [.. answer.Conversations.Select(ConversationJson.Of)], next is not null, next);
        return ApiResults.Json(list, ConversationJsonContext.Default.ConversationListJson);
    }

    public async Task<IResult> GetAsync(string id, CancellationToken cancellationToken) => Answer(
        (await sessions.GetConversationAsync(new GetConversationRequest { Id = id }, cancellationToken: cancellationToken)).Conversation);

    public async Task<IResult> UpdateAsync(string id, HttpContext context)
    {
        using var body = await json.ReadAsync(context.Request, context.RequestAborted);
        var fields = ConversationFields.Read(body.RootElement, "metadata", "millrace");
        var request = new UpdateConversationRequest { Id = id };
        if (fields.Title is not null) request.Title = fields.Title;
        if (fields.Metadata is not null) request.Metadata = new Metadata { Entries = { fields.Metadata } };
        var answer = await sessions.UpdateConversationAsync(request, cancellationToken: context.RequestAborted);
        if (fields.Parent is null) return Answer(answer.Conversation);

        var head = new SetHeadRequest { ConversationId = id, MessageId = fields.Parent };
        return Answer((await sessions.SetHeadAsync(head, cancellationToken: context.RequestAborted)).Conversation);
    }

    public async Task<IResult> DeleteAsync(string id, CancellationToken cancellationToken)
    {
        await sessions.DeleteConversationAsync(new DeleteConversationRequest { Id = id }, cancellationToken: cancellationToken);
        return ApiResults.Json(
            new DeletedConversationJson(id, "conversation.deleted", true), ConversationJsonContext.Default.DeletedConversationJson);
    }

    public async Task<IResult> BranchesAsync(string id, CancellationToken cancellationToken)
    {
        var answer = await sessions.ListBranchesAsync(
            new ListBranchesRequest { ConversationId = id }, cancellationToken: cancellationToken);
        var branches = answer.Branches.Select(branch => new BranchJson(
            "conversation.branch", branch.HeadMessageId, (int)branch.MessageCount, branch.IsCurrent, branch.UpdatedAt?.Seconds ?? 0));
        return ApiResults.Json(new BranchListJson("list", [.. branches]), ConversationJsonContext.Default.BranchListJson);
    }

    /// <summary>Everything that is kept of a conversation, one JSON object a line.</summary>
    public async Task ExportAsync(string id, HttpContext context)
    {
        var cancellationToken = context.RequestAborted;
        using var call = sessions.ExportConversation(
            new ExportConversationRequest { ConversationId = id }, cancellationToken: cancellationToken);
        await foreach (var part in call.ResponseStream.ReadAllAsync(cancellationToken))
        {
            // Only now: whatever is wrong is told before the first part.
            if (!context.Response.HasStarted) context.Response.ContentType = "application/jsonl; charset=utf-8";
            await WriteAsync(context.Response, part, cancellationToken);
        }
    }

    private static IResult Answer(Conversation conversation) =>
        ApiResults.Json(ConversationJson.Of(conversation), ConversationJsonContext.Default.ConversationJson);

    private static Task WriteAsync(HttpResponse response, ExportConversationResponse part, CancellationToken cancellationToken) =>
        part.PartCase switch
        {
            ExportConversationResponse.PartOneofCase.Message => LinesAsync(response, part.Message, cancellationToken),
            ExportConversationResponse.PartOneofCase.Summary => LineAsync(
                response, SummaryJson.Of(part.Summary), ConversationJsonContext.Default.SummaryJson, cancellationToken),
            _ => LineAsync(
                response, ConversationJson.Of(part.Conversation), ConversationJsonContext.Default.ConversationJson, cancellationToken),
        };

    private static async Task LinesAsync(HttpResponse response, Message message, CancellationToken cancellationToken)
    {
        foreach (var item in ItemJson.Of(message))
            await LineAsync(response, item, ConversationJsonContext.Default.ItemJson, cancellationToken);
    }

    private static async Task LineAsync<T>(HttpResponse response, T value, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        await using (var line = new Utf8JsonWriter(response.BodyWriter, ApiJson.WriterOptions)) JsonSerializer.Serialize(line, value, type);
        await response.BodyWriter.WriteAsync("\n"u8.ToArray(), cancellationToken);
    }
}

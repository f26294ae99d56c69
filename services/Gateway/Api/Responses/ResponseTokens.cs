using Millrace.Contracts.Inference.V1;
using Millrace.Gateway.Explaining;
using Millrace.Gateway.Inference;
using Millrace.Gateway.Prompts;
using Millrace.Gateway.Runtime;

namespace Millrace.Gateway.Api.Responses;

/// <summary><c>POST /v1/responses/input_tokens</c>: what a response would take in, before anything is looked up for it.</summary>
internal sealed class ResponseTokens(
    ChatPlanner planner, ChatSteps steps, InferencePool pool, ResponsePlaces places, JsonBody json, TimeProvider time)
{
    public async Task<IResult> CountAsync(HttpContext context)
    {
        var cancellationToken = context.RequestAborted;
        using var body = await json.ReadAsync(context.Request, cancellationToken);
        var spec = ResponseRequestReader.Read(body.RootElement) with { Store = false };
        var place = await places.FindAsync(spec, string.Empty, cancellationToken);
        var chat = spec.Chat with { ConversationId = place.ConversationId, ParentMessageId = place.ParentId };
        var run = new ChatRun
        {
            Id = string.Empty,
            CreatedAt = time.GetUtcNow(),
            Plan = await planner.PlanAsync(chat, cancellationToken),
            Timeline = new RunTimeline(time, time.GetTimestamp()),
        };
        var history = await steps.History.WindowAsync(run, chat.Messages, cancellationToken);
        var prompt = new BuiltPrompt(ChatSteps.Turns(run, history, chat.Messages), [], 0, 0);
        var request = new CountTokensRequest { Model = run.Plan.Model.Name, Chat = prompt.ToChat() };
        var count = await pool.CountTokensAsync(request, cancellationToken);
        return ApiResults.Json(
            new InputTokensJson("response.input_tokens", (int)count.ChatCount), ResponseRecordJson.Default.InputTokensJson);
    }
}

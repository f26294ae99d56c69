using System.Text.Json.Serialization;
using Millrace.Contracts.Inference.V1;
using Millrace.Gateway.Api;
using Millrace.Gateway.Assistants;
using Millrace.Gateway.Inference;
using Millrace.Gateway.Models;
using Millrace.Gateway.Prompts;
using Millrace.Gateway.Runtime;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Anthropic;

/// <summary>
/// <c>POST /v1/messages/count_tokens</c>: the tokens of a prompt by the model's own tokenizer and template. Tools count as the text of
/// their definitions; passages that an assistant would find are not in it.
/// </summary>
internal sealed class CountTokensEndpoint(InferencePool pool, ModelCatalog models, AssistantCatalog assistants, JsonBody json)
{
    public async Task<IResult> HandleAsync(HttpContext context)
    {
        using var body = await json.ReadAsync(context.Request, context.RequestAborted);
        var chat = MessagesRequestReader.ReadCount(body.RootElement);
        var name = assistants.Find(chat.Model) is { } assistant ? assistant.Model : chat.Model;
        var model = await models.FindChatAsync(name, context.RequestAborted) ?? throw new MillraceException(
            Reason.ModelNotFound, $"The model '{chat.Model}' does not exist. GET /v1/models lists those that do.") { Param = "model" };
        var count = await pool.CountTokensAsync(Request(model.Name, chat), context.RequestAborted);
        var tokens = new TokenCountJson((int)(count.ChatCount + count.Counts.Sum(texts => texts)));
        return ApiResults.Json(tokens, TokenCountJsonContext.Default.TokenCountJson);
    }

    private static CountTokensRequest Request(string model, ChatRequest chat)
    {
        var request = new CountTokensRequest { Model = model, Chat = new BuiltPrompt(chat.Messages, [], 0, 0).ToChat() };
        request.Texts.Add(chat.Tools.Select(tool => $"{tool.Name}\n{tool.Description}\n{tool.ParametersSchema}"));
        if (chat.ResponseFormat?.Schema is { } schema) request.Texts.Add(schema);
        return request;
    }
}

internal sealed record TokenCountJson(int InputTokens);

/// <summary>Source-generated JSON of counts.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(TokenCountJson))]
internal sealed partial class TokenCountJsonContext : JsonSerializerContext;

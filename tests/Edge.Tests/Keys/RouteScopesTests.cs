using Millrace.Edge.Keys;

namespace Millrace.Edge.Tests.Keys;

public sealed class RouteScopesTests
{
    [Theory]
    [InlineData("POST", "/v1/chat/completions", "chat")]
    [InlineData("POST", "/v1/completions", "chat")]
    [InlineData("POST", "/v1/messages", "chat")]
    [InlineData("POST", "/v1/messages/count_tokens", "chat")]
    [InlineData("POST", "/v1/moderations", "chat")]
    [InlineData("POST", "/v1/guardrails/explain", "chat")]
    [InlineData("GET", "/v1/guardrails/policies", "chat")]
    [InlineData("POST", "/v1/files", "chat")]
    [InlineData("GET", "/v1/files/file-1/content", "chat")]
    [InlineData("DELETE", "/v1/files/file-1", "chat")]
    [InlineData("POST", "/v1/batches/batch_1/cancel", "chat")]
    [InlineData("GET", "/v1/vector_stores", "documents:read")]
    [InlineData("POST", "/v1/vector_stores/vs_1/search", "documents:read")]
    [InlineData("POST", "/v1/vector_stores", "documents:write")]
    [InlineData("POST", "/v1/vector_stores/vs_1/files", "documents:write")]
    [InlineData("DELETE", "/v1/vector_stores/vs_1/files/search", "documents:write")]
    [InlineData("POST", "/v1/embeddings", "embeddings")]
    [InlineData("GET", "/v1/models", "models")]
    [InlineData("HEAD", "/v1/models/tiny-rag-chat", "models")]
    [InlineData("GET", "/v1/requests/req_1/explain", "chat")]
    [InlineData("POST", "/v1/responses", "chat")]
    [InlineData("POST", "/v1/responses/input_tokens", "chat")]
    [InlineData("POST", "/v1/responses/resp_1/cancel", "chat")]
    [InlineData("GET", "/v1/responses/resp_1/input_items", "chat")]
    [InlineData("DELETE", "/v1/responses/resp_1", "chat")]
    [InlineData("POST", "/v1/search", "documents:read")]
    [InlineData("GET", "/v1/collections/a/documents/b/text", "documents:read")]
    [InlineData("PUT", "/v1/collections/a/documents/b", "documents:write")]
    [InlineData("DELETE", "/v1/collections/a", "documents:write")]
    [InlineData("POST", "/v1/jobs/1/retry", "documents:write")]
    public void For_MappedRoute_IsItsScope(string method, string path, string scope) =>
        Assert.Equal(scope, RouteScopes.For(path, method));

    [Theory]
    [InlineData("POST", "/v1/chat/completions", true)]
    [InlineData("POST", "/v1/messages", true)]
    [InlineData("POST", "/v1/embeddings", true)]
    [InlineData("POST", "/V1/Chat/completions", true)]
    [InlineData("POST", "/v1/responses", true)]
    [InlineData("GET", "/v1/responses/resp_1", false)]
    [InlineData("DELETE", "/v1/responses/resp_1", false)]
    [InlineData("POST", "/v1/responses/input_tokens", false)]
    [InlineData("POST", "/v1/messages/count_tokens", false)]
    [InlineData("POST", "/v1/files", false)]
    [InlineData("GET", "/v1/conversations", false)]
    [InlineData("POST", "/v1/batches", false)]
    public void TakesTokens_OfARoute_IsWhetherTheCallerWaitsForAModel(string method, string path, bool expected) =>
        Assert.Equal(expected, RouteScopes.TakesTokens(path, method));

    [Theory]
    [InlineData("POST", "/v1/budgets")]
    [InlineData("GET", "/v1/chat/completions")]
    [InlineData("DELETE", "/v1/models/x")]
    [InlineData("POST", "/v1/chatter")]
    [InlineData("POST", "/v1/Chat/completions")]
    [InlineData("GET", "/v1//models")]
    [InlineData("OPTIONS", "/v1/models")]
    public void For_AnyOther_IsEverything(string method, string path) => Assert.Equal("*", RouteScopes.For(path, method));
}

using System.Text;

namespace Millrace.SystemTests;

/// <summary>A request that must be refused.</summary>
/// <param name="Target">Method and path, such as <c>POST /v1/search</c>.</param>
/// <param name="Body">The body; null for none.</param>
/// <param name="Status">The status that it must get.</param>
/// <param name="Code">The code.</param>
/// <param name="Param">The field that must be named; null where the whole body or path is at fault.</param>
public sealed record BadRequest(string Target, string? Body, int Status, string Code, string? Param)
{
    /// <summary>A header beside the content type.</summary>
    public (string Name, string Value)? Header { get; init; }

    /// <summary>Type of the body.</summary>
    public string ContentType { get; init; } = "application/json";

    /// <inheritdoc/>
    public override string ToString() => $"{Target} {(Body is { Length: > 200 } ? Body[..200] : Body)} {Header}";
}

/// <summary>The worst that applications send to searches, collections, documents, jobs and spans.</summary>
public static class BadRequests
{
    private const string Invalid = "invalid_argument";
    private const string Unsupported = "unsupported_parameter";
    private const string Search = "POST /v1/search";
    private const string Context = "POST /v1/context";
    private const string Collections = "POST /v1/collections";
    private const string Document = "/v1/collections/samples/documents/shop/returns.md";
    private const string New = "PUT /v1/collections/samples/documents/refused.md";
    private const string Nothing = "/v1/collections/nothing";

    // Half of a surrogate pair, as an escape.
    private const string Half = @"""\ud800""";

    /// <summary>All of them.</summary>
    public static IEnumerable<BadRequest> All =>
    [
        .. Queries(), .. Filters(), .. Settings(), .. Packings(), .. Chats(), .. Bodies(), .. NewCollections(), .. Changes(), .. Uploads(),
        .. Missing(), .. Lists(), .. Spans(),
    ];

    private static IEnumerable<BadRequest> Queries() =>
    [
        Of(Search, """{"query":"q"}""", "collections"),
        Of(Search, """{"collections":["samples"]}""", "query"),
        Of(Search, """{"collections":[],"query":"q"}""", "collections"),
        Of(Search, """{"collections":"samples","query":"q"}""", "collections"),
        Of(Search, """{"collections":["a b"],"query":"q"}""", "collections[0]"),
        Of(Search, """{"collections":["samples",""],"query":"q"}""", "collections[1]"),
        Of(Search, """{"collections":[5],"query":"q"}""", "collections[0]"),
        Of(Search, $$"""{"collections":[{{Repeat(17, "\"samples\"")}}],"query":"q"}""", "collections"),
        Of(Search, """{"collections":["samples"],"query":""}""", "query"),
        Of(Search, """{"collections":["samples"],"query":" \n "}""", "query"),
        Of(Search, """{"collections":["samples"],"query":5}""", "query"),
        Of(Search, """{"collections":["samples"],"query":["a"]}""", "query"),
        Of(Search, $$"""{"collections":["samples"],"query":{{Half}}}""", "query"),
        Of(Search, $$"""{"collections":["samples"],"query":"{{new string('a', 8193)}}"}""", "query"),
        Of(Search, $$"""{"collections":["samples"],"query":"{{new string('a', 10_000_000)}}"}""", "query"),
        new(Search, $$"""{"collections":["samples"],"query":"{{new string('a', 11_000_000)}}"}""", 413, "payload_too_large", null),
        new(Search, """{"collections":["nothing"],"query":"q"}""", 404, "collection_not_found", "collections"),
        new(Context, """{"collections":["nothing"],"query":"q"}""", 404, "collection_not_found", "collections"),
    ];

    private static IEnumerable<BadRequest> Filters() =>
    [
        Asked("\"filter\":[]", "filter"),
        Asked("\"filter\":{}", "filter.type"),
        Asked("\"filter\":{\"type\":\"like\",\"key\":\"a\",\"value\":1}", "filter.type"),
        Asked("\"filter\":{\"type\":\"eq\"}", "filter.key"),
        Asked("\"filter\":{\"type\":\"not\",\"filter\":5}", "filter.filter"),
        Asked($"\"filter\":{Deep(9)}", "filter" + string.Concat(Enumerable.Repeat(".filter", 8))),
        Asked($"\"filter\":{{\"type\":\"or\",\"filters\":[{Repeat(65, Deep(1))}]}}", "filter.filters"),
        Asked("\"filter\":{\"type\":\"eq\",\"key\":\"$secret\",\"value\":1}", "filter.key"),
        Asked("\"filter\":{\"type\":\"eq\",\"key\":\"a..b\",\"value\":1}", "filter.key"),
        Asked("\"filter\":{\"type\":\"and\",\"filters\":[{\"type\":\"eq\",\"key\":\".a\",\"value\":1}]}", "filter.filters[0].key"),
        Asked($"\"filter\":{{\"type\":\"eq\",\"key\":{Half},\"value\":1}}", "filter.key"),
        Asked($"\"filter\":{{\"type\":\"eq\",\"key\":\"a\",\"value\":{Half}}}", "filter.value"),
        Asked("\"filter\":{\"type\":\"eq\",\"key\":\"a\",\"value\":null}", "filter.value"),
        Asked("\"filter\":{\"type\":\"eq\",\"key\":\"a\",\"value\":1e999}", "filter.value"),
        Asked("\"filter\":{\"type\":\"gt\",\"key\":\"a\",\"value\":\"2026-01-01\"}", "filter.value"),
        Asked("\"filter\":{\"type\":\"gt\",\"key\":\"a\",\"value\":\"2026-13-01T00:00:00Z\"}", "filter.value"),
        Asked("\"filter\":{\"type\":\"gt\",\"key\":\"a\",\"value\":true}", "filter.value"),
        Asked("\"filter\":{\"type\":\"in\",\"key\":\"a\",\"value\":[]}", "filter.value"),
        Asked($"\"filter\":{{\"type\":\"in\",\"key\":\"a\",\"value\":[{Repeat(257, "1")}]}}", "filter.value"),
        Asked($"\"filter\":{{\"type\":\"eq\",\"key\":\"{new string('k', 257)}\",\"value\":1}}", "filter.key"),
        Asked($"\"filter\":{{\"type\":\"eq\",\"key\":\"a\",\"value\":\"{new string('v', 1025)}\"}}", "filter.value"),
    ];

    private static IEnumerable<BadRequest> Settings() =>
    [
        Asked("\"top_k\":0", "top_k"), Asked("\"top_k\":101", "top_k"), Asked("\"top_k\":1e99", "top_k"), Asked("\"top_k\":1.5", "top_k"),
        Asked("\"top_k\":99999999999999999999", "top_k"), Asked("\"top_k\":\"5\"", "top_k"), Asked("\"candidates\":1001", "candidates"),
        Asked("\"mode\":\"magic\"", "mode"), Asked("\"rerank\":\"yes\"", "rerank"), Asked("\"explain\":1", "explain"),
        Asked("\"exact\":\"x\"", "exact"), Asked("\"access_labels\":\"a\"", "access_labels"),
        Asked("\"access_labels\":[\"\"]", "access_labels[0]"), Asked($"\"access_labels\":[{Half}]", "access_labels[0]"),
        Asked($"\"access_labels\":[{Repeat(65, "\"l\"")}]", "access_labels"), Asked("\"variants\":{}", "variants"),
        Asked("\"variants\":[\"x\"]", "variants[0]"), Asked("\"variants\":[{}]", "variants[0].text"),
        Asked("\"variants\":[{\"text\":\" \"}]", "variants[0].text"), Asked($"\"variants\":[{{\"text\":{Half}}}]", "variants[0].text"),
        Asked("\"variants\":[{\"text\":\"x\",\"weight\":0}]", "variants[0].weight"),
        Asked("\"variants\":[{\"text\":\"x\",\"weight\":1001}]", "variants[0].weight"),
        Asked($"\"variants\":[{Repeat(9, "{\"text\":\"x\"}")}]", "variants"), Asked("\"fusion\":[]", "fusion"),
        Asked("\"fusion\":{\"constant\":0}", "fusion.constant"), Asked("\"fusion\":{\"constant\":10001}", "fusion.constant"),
        Asked("\"fusion\":{\"keyword_weight\":0,\"dense_weight\":0}", "fusion"),
        Asked("\"fusion\":{\"dense_weight\":1e300}", "fusion.dense_weight"), Asked("\"fusion\":{\"method\":\"x\"}", "fusion.method"),
        Asked("\"score_min\":\"x\"", "score_min"), Asked("\"score_min\":1e300", "score_min"),
        Asked("\"similarity_min\":2", "similarity_min"),
        Asked("\"diversity_lambda\":-0.1", "diversity_lambda"), Asked("\"time_decay\":5", "time_decay"),
        Asked("\"time_decay\":{}", "time_decay.half_life_days"),
        Asked("\"time_decay\":{\"half_life_days\":1e-30}", "time_decay.half_life_days"),
        Asked("\"time_decay\":{\"half_life_days\":40000}", "time_decay.half_life_days"),
        Asked("\"time_decay\":{\"half_life_days\":1,\"strength\":0}", "time_decay.strength"),
        Asked("\"collections_max\":17", "collections_max"), Asked("\"colour\":1", "colour", Unsupported),
        Asked("\"Query\":\"x\"", "Query", Unsupported), Asked("\"query_vector\":[0.1]", "query_vector", Unsupported),
        Asked("\"tokens_max\":5", "tokens_max", Unsupported), Asked("\"vector\":[NaN]", null),
    ];

    private static IEnumerable<BadRequest> Packings() =>
    [
        Packed("\"tokens_max\":0", "tokens_max"), Packed("\"tokens_max\":1e9", "tokens_max"), Packed("\"order\":\"best\"", "order"),
        Packed("\"neighbour_chunks\":9", "neighbour_chunks"), Packed("\"neighbour_chunks\":-1", "neighbour_chunks"),
        Packed("\"keep_overlaps\":\"x\"", "keep_overlaps"),
        Packed("\"filter\":{\"type\":\"eq\",\"key\":\"$x\",\"value\":1}", "filter.key"),
    ];

    private static IEnumerable<BadRequest> Chats() =>
    [
        Chat("\"collections\":[\"a b\"]", "millrace.collections[0]"),
        Chat("\"collections\":[\"samples\"],\"filter\":{\"type\":\"eq\",\"key\":\"$x\",\"value\":1}", "millrace.filter.key"),
        Chat("\"collections\":[\"samples\"],\"time_decay\":{\"half_life_days\":40000}", "millrace.time_decay.half_life_days"),
        Chat("\"collections\":[\"samples\"],\"time_decay\":{\"half_life_days\":1e-30}", "millrace.time_decay.half_life_days"),
        Chat("\"collections\":[\"samples\"],\"collections_max\":0", "millrace.collections_max"),
        Chat("\"collections\":[\"nothing\"]", "millrace.collections") with { Status = 404, Code = "collection_not_found" },
    ];

    private static IEnumerable<BadRequest> Bodies() => new[] { Search, Context, Collections, $"PATCH {Document}" }.SelectMany(target =>
        new[] { "", "[]", "\"x\"", "nope", "{\"query\":", "{\"\\ud800\":1}", "{\"a\":1,\"a\":2}", $"{{\"x\":{Nested(5000)}}}" }
            .Select(body => new BadRequest(target, body, 400, Invalid, null)));

    private static IEnumerable<BadRequest> NewCollections() =>
    [
        Of(Collections, "{}", "name"), Of(Collections, """{"name":5}""", "name"), Of(Collections, """{"name":"a b"}""", "name"),
        Of(Collections, $$"""{"name":{{Half}}}""", "name"), Of(Collections, $$"""{"name":"{{new string('a', 65)}}"}""", "name"),
        Of(Collections, """{"name":"refused","dimension":0}""", "dimension"),
        Of(Collections, """{"name":"refused","dimension":65536}""", "dimension"),
        Of(Collections, """{"name":"refused","dimension":7}""", "dimension"),
        Of(Collections, """{"name":"refused","chunking":5}""", "chunking"),
        Of(Collections, """{"name":"refused","chunking":{"strategy":"x"}}""", "chunking.strategy"),
        Of(Collections, """{"name":"refused","chunking":{"chunk_tokens_max":65536}}""", "chunking"),
        Of(Collections, $$"""{"name":"refused","description":{{Half}}}""", "description"),
        new(Collections, """{"name":"refused","size":1}""", 400, Unsupported, "size"),
        new(Collections, """{"name":"refused","embedding_model":"nope"}""", 404, "model_not_found", "embedding_model"),
        new(Collections, """{"name":"samples","description":"other"}""", 409, "already_exists", "name"),
        Of("POST /v1/collections/samples/reindex", """{"dimension":-1}""", "dimension"),
        Of("POST /v1/collections/samples/reindex", """{"dimension":9999}""", "dimension"),
        new("POST /v1/collections/samples/reindex", """{"embedding_model":"nope"}""", 404, "model_not_found", "embedding_model"),
        new($"POST {Nothing}/reindex", "{}", 404, "collection_not_found", "collection"),
    ];

    private static IEnumerable<BadRequest> Changes() =>
    [
        Of($"PATCH {Document}", "{}", null), Of($"PATCH {Document}", """{"metadata":5}""", "metadata"),
        Of($"PATCH {Document}", """{"metadata":[]}""", "metadata"), Of($"PATCH {Document}", """{"access_labels":"a"}""", "access_labels"),
        Of($"PATCH {Document}", """{"access_labels":[""]}""", "access_labels[0]"),
        Of($"PATCH {Document}", $"{{\"metadata\":{{\"a\":{{\"b\":[{Half}]}}}}}}", "metadata.a.b[0]"),
        Of($"PATCH {Document}", $$$"""{"metadata":{"a":"{{{new string('é', 9000)}}}"} }""", "metadata"),
        Of($"PATCH {Document}", $"{{\"metadata\":{{\"a\":{Nested(20)}}}}}", "metadata"),
        new($"PATCH {Document}", """{"title":"x"}""", 400, Unsupported, "title"),
    ];

    private static IEnumerable<BadRequest> Uploads() =>
    [
        Upload("document-metadata", "x", "document-metadata"), Upload("document-metadata", "[]", "document-metadata"),
        Upload("document-metadata", $"{{\"a\":{Half}}}", "document-metadata.a"),
        Upload("document-metadata", $"{{{Half}:1,\"b\":2}}", "document-metadata"),
        Upload("document-metadata", $"{{\"a\":{Nested(20)}}}", "document-metadata"), Upload("access-labels", "x", "access-labels"),
        Upload("access-labels", $"[{Half}]", "access-labels[0]"),
        Upload("access-labels", "[]", "wait") with { Target = $"{New}?wait=maybe" },
        Upload("access-labels", "[]", "colour") with { Target = $"{New}?colour=1", Code = Unsupported },
        Upload("access-labels", "[]", "job_id") with { Target = $"{New}?job_id=none", Status = 404, Code = "job_not_found" },
        Upload("access-labels", "[]", "document_id") with { Target = $"PUT /v1/collections/samples/documents/{new string('i', 600)}" },
        Upload("access-labels", "[]", "document_id") with { Target = "POST /v1/collections/samples/documents" },
        Upload("access-labels", "[]", "media_type") with
        {
            ContentType = "application/x-msdownload", Status = 415, Code = "unsupported_media_type",
        },
        Upload("access-labels", "[]", null) with { ContentType = "multipart/form-data" },
    ];

    private static IEnumerable<BadRequest> Missing() =>
    [
        new($"GET {Nothing}", null, 404, "collection_not_found", "collection"),
        new($"DELETE {Nothing}", null, 404, "collection_not_found", "collection"),
        new($"GET {Nothing}/documents", null, 404, "collection_not_found", "collection"),
        new($"POST {Nothing}/jobs", null, 404, "collection_not_found", "collection"),
        new($"GET {Nothing}/jobs", null, 404, "collection_not_found", "collection"),
        new("GET /v1/collections/samples/documents/none.md", null, 404, "document_not_found", "document_id"),
        new("DELETE /v1/collections/samples/documents/none.md", null, 404, "document_not_found", "document_id"),
        new("PATCH /v1/collections/samples/documents/none.md", """{"access_labels":[]}""", 404, "document_not_found", "document_id"),
        new("GET /v1/jobs/none", null, 404, "job_not_found", "job_id"),
        new("POST /v1/jobs/none/retry", null, 404, "job_not_found", "job_id"),
        new("POST /v1/jobs/none/cancel", null, 404, "job_not_found", "job_id"),
        new("PUT /v1/search", "{}", 405, "method_not_allowed", null),
    ];

    private static IEnumerable<BadRequest> Lists() =>
    [
        Of("GET /v1/collections/samples/documents?limit=0", null, "limit"),
        Of("GET /v1/collections/samples/documents?limit=x", null, "limit"),
        Of("GET /v1/collections/samples/documents?state=odd", null, "state"),
        Of("GET /v1/collections/samples/jobs?limit=101", null, "limit"),
        Of("GET /v1/collections/samples/jobs?after=garbage", null, "after"),
        new("GET /v1/collections/samples/documents?colour=1", null, 400, Unsupported, "colour"),
    ];

    private static IEnumerable<BadRequest> Spans() =>
    [
        Of($"GET {Document}/text?start=999999", null, "start"), Of($"GET {Document}/text?start=-1", null, "start"),
        Of($"GET {Document}/text?start=3000000000", null, "start"), Of($"GET {Document}/text?length=0", null, "length"),
        Of($"GET {Document}/text?length=65537", null, "length"), Of($"GET {Document}/text?version=0", null, "version"),
        Of($"GET {Document}/text?version=x", null, "version"),
        new($"GET {Document}/text?version=99", null, 404, "document_not_found", "document_id"),
        Of($"GET {Document}/text", null, "access-labels") with { Header = ("access-labels", "x") },
        Of($"GET {Document}/text", null, "access-labels[0]") with { Header = ("access-labels", "[5]") },
    ];

    private static BadRequest Of(string target, string? body, string? param) => new(target, body, 400, Invalid, param);

    private static BadRequest Asked(string field, string? param, string code = Invalid) =>
        new(Search, $$"""{"collections":["samples"],"query":"q",{{field}}}""", 400, code, param);

    private static BadRequest Packed(string field, string param) =>
        Of(Context, $$"""{"collections":["samples"],"query":"q",{{field}}}""", param);

    private static BadRequest Chat(string extension, string param) => Of(
        "POST /v1/chat/completions",
        $$$"""{"model":"tiny-rag-chat","messages":[{"role":"user","content":"How long is a refund?"}],"millrace":{{{{extension}}}}}""",
        param);

    private static BadRequest Upload(string header, string value, string? param) =>
        Of(New, "# Refused", param) with { Header = (header, value), ContentType = "text/markdown" };

    private static string Deep(int depth) =>
        depth == 1 ? "{\"type\":\"eq\",\"key\":\"a\",\"value\":1}" : "{\"type\":\"not\",\"filter\":" + Deep(depth - 1) + "}";

    private static string Nested(int depth) =>
        new StringBuilder().Insert(0, "[", depth).Append('1').Insert(depth + 1, "]", depth).ToString();

    private static string Repeat(int count, string item) => string.Join(',', Enumerable.Repeat(item, count));
}

using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Millrace.Gateway.Tests.Fakes;
using Millrace.TestShared;

namespace Millrace.Gateway.Tests.Api.Documents;

/// <summary>Jobs, forms with several files, and what is said of documents.</summary>
public sealed class JobsEndpointsTests : IAsyncLifetime
{
    private const string Documents = "/v1/collections/samples/documents";
    private Platform _platform = null!;

    public async Task InitializeAsync() => _platform = await Platform.StartAsync();

    public async Task DisposeAsync()
    {
        Assert.Empty(_platform.Gateway.Errors);
        await _platform.DisposeAsync();
    }

    [Fact]
    public async Task Jobs_CreateGetListRetryCancel_PassThrough()
    {
        var created = await SendAsync("POST", "/v1/collections/samples/jobs", HttpStatusCode.Created);
        var one = await SendAsync("GET", "/v1/jobs/job-1");
        var list = await SendAsync("GET", "/v1/collections/samples/jobs?limit=5");
        var retried = await SendAsync("POST", "/v1/jobs/job-1/retry");
        var cancelled = await SendAsync("POST", "/v1/jobs/job-1/cancel");
        var missing = await SendAsync("GET", "/v1/jobs/job-9", HttpStatusCode.NotFound);

        Assert.Equal(("job", "job-1", "running"), (Text(created, "object"), Text(one, "id"), Text(retried, "state")));
        Assert.Equal("It has no text.", Text(one.GetProperty("errors")[0], "message"));
        Assert.Equal((1, "more"), (list.GetProperty("data").GetArrayLength(), Text(list, "next_page_token")));
        Assert.Equal("cancelled", Text(cancelled, "state"));
        Assert.Equal("job_not_found", Text(missing.GetProperty("error"), "code"));
    }

    [Fact]
    public async Task Form_SeveralFiles_BecomeOneJobWithAResultForEach()
    {
        using var form = new MultipartFormDataContent
        {
            { new StringContent("""{"year":2024}"""), "metadata" },
            { new StringContent("staff"), "access_labels" },
            { new StringContent("legal"), "access_labels" },
            { new StringContent("# A"), "files", "a.md" },
            { new StringContent("MZ"), "files", "b.exe" },
            { new StringContent("# C"), "files", "c.md" },
        };

        using var response = await _platform.Http.PostAsync(Documents, form).DefaultTimeout();
        var answer = await JsonAsync(response);

        Assert.Equal((HttpStatusCode.OK, "job-1"), (response.StatusCode, Text(answer.GetProperty("job"), "id")));
        var results = answer.GetProperty("data").EnumerateArray().ToList();
        Assert.Equal(["a.md", "b.exe", "c.md"], results.Select(result => Text(result, "file_name")));
        Assert.Equal("unsupported_media_type", Text(results[1].GetProperty("error"), "code"));
        Assert.Equal("c.md", Text(results[2].GetProperty("document"), "id"));
        var header = _platform.Retrieval.Uploads["c.md"].Header;
        Assert.Equal(("""{"year":2024}""", "job-1", false), (header.MetadataJson, header.JobId, header.Wait));
        Assert.Equal(["staff", "legal"], header.AccessLabels);
    }

    [Fact]
    public async Task Form_OneFileWithFields_SetsThem()
    {
        using var form = new MultipartFormDataContent
        {
            { new StringContent("guides/a"), "document_id" },
            { new StringContent("""["staff"]"""), "access_labels" },
            { new StringContent("""{"tags":["x"],"n":1}"""), "metadata" },
            { new StringContent("# A"), "file", "a.md" },
        };

        using var response = await _platform.Http.PostAsync(Documents, form).DefaultTimeout();
        var document = await JsonAsync(response);

        Assert.Equal("guides/a", Text(document, "id"));
        Assert.Equal("x", document.GetProperty("metadata").GetProperty("tags")[0].GetString());
        Assert.Equal("staff", document.GetProperty("access_labels")[0].GetString());
        Assert.Equal("a.md", _platform.Retrieval.Uploads["guides/a"].Header.FileName);
    }

    [Theory]
    [InlineData("metadata", "nope", "metadata")]
    [InlineData("metadata", "[1]", "metadata")]
    [InlineData("access_labels", "[1]", "access_labels[0]")]
    [InlineData("access_labels", "", "access_labels")]
    [InlineData("purpose", "x", "purpose")]
    public async Task Form_WrongField_IsRefusedByName(string field, string value, string param)
    {
        using var form = new MultipartFormDataContent { { new StringContent(value), field }, { new StringContent("# A"), "file", "a.md" } };

        using var response = await _platform.Http.PostAsync(Documents, form).DefaultTimeout();

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal(param, Text((await JsonAsync(response)).GetProperty("error"), "param"));
        Assert.Empty(_platform.Retrieval.Uploads);
    }

    [Fact]
    public async Task Form_FilesWithOneId_IsRefused()
    {
        using var form = new MultipartFormDataContent
        {
            { new StringContent("a"), "document_id" }, { new StringContent("# A"), "files", "a.md" },
        };

        using var response = await _platform.Http.PostAsync(Documents, form).DefaultTimeout();

        Assert.Equal("document_id", Text((await JsonAsync(response)).GetProperty("error"), "param"));
    }

    [Fact]
    public async Task RawUpload_Headers_SayWhatFormsSay()
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, Documents + "/a.md?job_id=job-7");
        request.Headers.Add("document-metadata", """{"title":"Gr\u00fcn"}""");
        request.Headers.Add("access-labels", """["staff","legal"]""");
        request.Content = new StringContent("# A");

        using var response = await _platform.Http.SendAsync(request).DefaultTimeout();
        var document = await JsonAsync(response);

        Assert.Equal("Grün", Text(document.GetProperty("metadata"), "title"));
        Assert.Equal((2, "job-7"), (document.GetProperty("access_labels").GetArrayLength(), Text(document, "job_id")));
    }

    [Fact]
    public async Task Document_Patch_ChangesWhatIsSaid()
    {
        using var put = await _platform.Http.PutAsync(Documents + "/a.md", new StringContent("# A")).DefaultTimeout();

        await SendAsync("PATCH", Documents + "/a.md", HttpStatusCode.OK, """{"metadata":{"a":[1]},"access_labels":[]}""");
        await SendAsync("PATCH", Documents + "/a.md", HttpStatusCode.OK, """{"metadata":null,"access_labels":["x"]}""");
        var nothing = await SendAsync("PATCH", Documents + "/a.md", HttpStatusCode.BadRequest, "{}");
        var unknown = await SendAsync("PATCH", Documents + "/a.md", HttpStatusCode.BadRequest, """{"title":"x"}""");

        var updates = _platform.Retrieval.Updates.ToList();
        Assert.Equal(("""{"a":[1]}""", 0), (updates[0].MetadataJson, updates[0].AccessLabels.Labels.Count));
        Assert.Equal((false, "x"), (updates[1].HasMetadataJson, updates[1].AccessLabels.Labels[0]));
        Assert.Contains("changes nothing", Text(nothing.GetProperty("error"), "message"), StringComparison.Ordinal);
        Assert.Equal("title", Text(unknown.GetProperty("error"), "param"));
    }

    [Fact]
    public async Task Document_Text_ReadsTheSpanOfAVersion()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Documents + "/a%20b/c.md/text?version=4&start=7&length=36");
        request.Headers.Add("access-labels", """["staff"]""");
        using var response = await _platform.Http.SendAsync(request).DefaultTimeout();
        var text = await JsonAsync(response);
        var wrong = await SendAsync("GET", Documents + "/a.md/text?start=-1", HttpStatusCode.BadRequest);

        Assert.Equal("Items can be returned within 30 days", Text(text, "text"));
        Assert.Equal((4, 5), (text.GetProperty("version").GetInt32(), text.GetProperty("current_version").GetInt32()));
        var span = Assert.Single(_platform.Retrieval.Spans);
        Assert.Equal(("a b/c.md", 4u, "staff"), (span.DocumentId, span.DocumentVersion, span.AccessLabels[0]));
        Assert.Equal("start", Text(wrong.GetProperty("error"), "param"));
    }

    [Fact]
    public async Task Documents_List_IsOfAState()
    {
        await SendAsync("GET", Documents + "?state=failed");
        var wrong = await SendAsync("GET", Documents + "?state=lost", HttpStatusCode.BadRequest);

        Assert.Equal(Contracts.Retrieval.V1.DocumentState.Failed, Assert.Single(_platform.Retrieval.Lists).State);
        Assert.Equal("state", Text(wrong.GetProperty("error"), "param"));
    }

    [Fact]
    public async Task Collections_GetCreateReindex_PassThrough()
    {
        var created = await SendAsync(
            "POST",
            "/v1/collections",
            HttpStatusCode.Created,
            """{"name":"n","dimension":2,"description":"About n.","chunking":{"strategy":"sentence_window","window_sentences":2}}""");
        var one = await SendAsync("GET", "/v1/collections/samples");
        await SendAsync("GET", "/v1/collections/nothing", HttpStatusCode.NotFound);
        var work = await SendAsync(
            "POST",
            "/v1/collections/samples/reindex",
            HttpStatusCode.Accepted,
            """{"embedding_model":"m","chunking":{"strategy":"markdown"}}""");
        var wrong = await SendAsync(
            "POST", "/v1/collections/samples/reindex", HttpStatusCode.BadRequest, """{"chunking":{"strategy":"best"}}""");

        Assert.Equal(("About n.", 2), (Text(created, "description"), created.GetProperty("dimension").GetInt32()));
        Assert.Equal("sentence_window", Text(created.GetProperty("chunking"), "strategy"));
        Assert.Equal(JsonValueKind.Null, one.GetProperty("reindexing").ValueKind);
        Assert.Equal(3, work.GetProperty("reindexing").GetProperty("documents_total").GetInt32());
        Assert.Equal("m", Assert.Single(_platform.Retrieval.Reindexings).EmbeddingModel);
        Assert.Equal("chunking.strategy", Text(wrong.GetProperty("error"), "param"));
    }

    private static string? Text(JsonElement json, string name) => json.GetProperty(name).GetString();

    private static async Task<JsonElement> JsonAsync(HttpResponseMessage response) =>
        await response.Content.ReadFromJsonAsync<JsonElement>();

    private async Task<JsonElement> SendAsync(string method, string path, HttpStatusCode expected = HttpStatusCode.OK, string? body = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await _platform.Http.SendAsync(request).DefaultTimeout();
        Assert.True(expected == response.StatusCode, await response.Content.ReadAsStringAsync());
        return await JsonAsync(response);
    }
}

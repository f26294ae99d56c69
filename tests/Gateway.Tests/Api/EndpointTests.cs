using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Millrace.Gateway.Tests.Fakes;
using Millrace.TestShared;

namespace Millrace.Gateway.Tests.Api;

/// <summary>Embeddings, models, collections and documents.</summary>
public sealed class EndpointTests : IAsyncLifetime
{
    private Platform _platform = null!;

    public async Task InitializeAsync() => _platform = await Platform.StartAsync();

    public async Task DisposeAsync()
    {
        Assert.Empty(_platform.Gateway.Errors);
        await _platform.DisposeAsync();
    }

    [Fact]
    public async Task Embeddings_AsNumbersAndAsBase64_AreTheSame()
    {
        var numbers = await PostAsync("/v1/embeddings", """{"model":"tiny-embed","input":["a","b"]}""");
        var base64 = await PostAsync(
            "/v1/embeddings", """{"model":"tiny-embed","input":"a","encoding_format":"base64","dimensions":2,"user":"u"}""");

        var vector = numbers.GetProperty("data")[1].GetProperty("embedding").EnumerateArray().Select(value => value.GetSingle()).ToArray();
        Assert.Equal(FakeEmbedding.Vector, vector);
        var bytes = base64.GetProperty("data")[0].GetProperty("embedding").GetBytesFromBase64();
        Assert.Equal(
            (FakeEmbedding.Vector[0], FakeEmbedding.Vector[1]), (BitConverter.ToSingle(bytes, 0), BitConverter.ToSingle(bytes, 4)));
        Assert.Equal(8, numbers.GetProperty("usage").GetProperty("prompt_tokens").GetInt32());
        Assert.Equal("tiny-embed", numbers.GetProperty("model").GetString());
    }

    [Fact]
    public async Task Models_ListAndGet_NameEveryKind()
    {
        var list = await GetAsync("/v1/models");
        var one = await GetAsync("/v1/models/docs-assistant");

        Assert.Equal(
            ["docs-assistant", "plain", "tiny-embed", "tiny-rag-chat", "tiny-rerank"],
            list.GetProperty("data").EnumerateArray().Select(model => model.GetProperty("id").GetString()));
        Assert.Equal(
            ("model", "assistant"), (one.GetProperty("object").GetString(), one.GetProperty("millrace").GetProperty("kind").GetString()));
        using var unknown = await _platform.Http.GetAsync("/v1/models/gpt-9").DefaultTimeout();
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
        Assert.Contains("The model 'gpt-9'", await unknown.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Collections_CreateListDelete_PassThrough()
    {
        var created = await PostAsync("/v1/collections", """{"name":"new","chunking":{"chunk_tokens_max":100,"overlap_tokens":0}}""");
        var list = await GetAsync("/v1/collections");
        using var deleted = await _platform.Http.DeleteAsync("/v1/collections/samples").DefaultTimeout();
        using var missing = await _platform.Http.DeleteAsync("/v1/collections/nothing").DefaultTimeout();

        Assert.Equal(
            ("new", 100),
            (created.GetProperty("name").GetString(), created.GetProperty("chunking").GetProperty("chunk_tokens_max").GetInt32()));
        Assert.Equal("samples", list.GetProperty("data")[0].GetProperty("name").GetString());
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.NotFound), (deleted.StatusCode, missing.StatusCode));
    }

    [Theory]
    [InlineData("PUT")]
    [InlineData("POST")]
    public async Task Documents_RawBody_ArrivesByteForByte(string method)
    {
        var bytes = new byte[700_000];
        new Random(1).NextBytes(bytes);
        using var request = new HttpRequestMessage(new HttpMethod(method), "/v1/collections/samples/documents/guides/a%20b.md?wait=false");
        request.Content = new ByteArrayContent(bytes);
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("text/markdown") { CharSet = "utf-8" };

        using var response = await _platform.Http.SendAsync(request).DefaultTimeout();
        var document = await response.Content.ReadFromJsonAsync<JsonElement>();

        var (header, content) = _platform.Retrieval.Uploads["guides/a b.md"];
        Assert.Equal(bytes, content);
        Assert.Equal(("text/markdown", "a b.md", false), (header.MediaType, header.FileName, header.Wait));
        Assert.Equal(("guides/a b.md", "ready", 700_000), (
            document.GetProperty("id").GetString(),
            document.GetProperty("state").GetString(), document.GetProperty("size_bytes").GetInt32()));
    }

    [Fact]
    public async Task Documents_Form_ArrivesUnderItsFileName()
    {
        using var text = new StringContent("# Hi", Encoding.UTF8, "application/octet-stream");
        using var form = new MultipartFormDataContent { { text, "file", "hi.md" } };

        using var response = await _platform.Http.PostAsync("/v1/collections/samples/documents", form).DefaultTimeout();

        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        var (header, content) = _platform.Retrieval.Uploads["hi.md"];
        Assert.Equal(("", "hi.md", true, "# Hi"), (header.MediaType, header.FileName, header.Wait, Encoding.UTF8.GetString(content)));
    }

    [Fact]
    public async Task Documents_GetListDelete_PassThrough()
    {
        using var put = await _platform.Http.PutAsync(
            "/v1/collections/samples/documents/x%2Fy.txt", new StringContent("text")).DefaultTimeout();
        Assert.True(put.IsSuccessStatusCode, await put.Content.ReadAsStringAsync());

        var one = await GetAsync("/v1/collections/samples/documents/x/y.txt");
        var list = await GetAsync("/v1/collections/samples/documents?limit=10");
        using var deleted = await _platform.Http.DeleteAsync("/v1/collections/samples/documents/x/y.txt").DefaultTimeout();
        using var gone = await _platform.Http.GetAsync("/v1/collections/samples/documents/x/y.txt").DefaultTimeout();

        Assert.Equal("text/plain", one.GetProperty("media_type").GetString());
        Assert.False(list.GetProperty("has_more").GetBoolean());
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.NotFound), (deleted.StatusCode, gone.StatusCode));
    }

    [Theory]
    [InlineData("/v1/collections/nothing/documents/a.md", "collection_not_found", HttpStatusCode.NotFound)]
    [InlineData("/v1/collections/samples/documents/a.md?wait=x", "invalid_argument", HttpStatusCode.BadRequest)]
    [InlineData("/v1/collections/samples/documents/a.md?force=1", "unsupported_parameter", HttpStatusCode.BadRequest)]
    public async Task Documents_WrongUpload_IsRefused(string path, string code, HttpStatusCode status)
    {
        using var response = await _platform.Http.PutAsync(path, new ByteArrayContent(new byte[1_000_000])).DefaultTimeout();

        var error = (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("error");
        Assert.Equal((status, code), (response.StatusCode, error.GetProperty("code").GetString()));
    }

    [Fact]
    public async Task Documents_AboveTheLimit_AreTooLarge()
    {
        await using var platform = await Platform.StartAsync(settings: ("Gateway:UploadBytesMax", "2000000"));
        using var content = new ByteArrayContent(new byte[3_000_000]);

        using var response = await platform.Http.PutAsync("/v1/collections/samples/documents/a.md", content).DefaultTimeout();

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        Assert.Empty(platform.Retrieval.Uploads);
    }

    [Fact]
    public async Task Documents_WrongForm_IsRefused()
    {
        using var form = new MultipartFormDataContent { { new StringContent("x"), "data", "x.md" } };
        using var field = await _platform.Http.PostAsync("/v1/collections/samples/documents", form).DefaultTimeout();
        using var broken = new StringContent("no form");
        broken.Headers.ContentType = MediaTypeHeaderValue.Parse("multipart/form-data; boundary=abc");
        using var body = await _platform.Http.PostAsync("/v1/collections/samples/documents", broken).DefaultTimeout();

        Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.BadRequest), (field.StatusCode, body.StatusCode));
        Assert.Contains("\"param\":\"data\"", await field.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Documents_FormWithASecondField_IsRefusedAndNotStored()
    {
        using var form = new MultipartFormDataContent
        {
            { new StringContent("text"), "file", "a.md" }, { new StringContent("x"), "purpose" },
        };

        using var response = await _platform.Http.PostAsync("/v1/collections/samples/documents", form).DefaultTimeout();

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("\"param\":\"purpose\"", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Empty(_platform.Retrieval.Uploads);
    }

    [Fact]
    public async Task Documents_FormThatEndsEarly_IsRefusedAndNotStored()
    {
        using var form = new StringContent("--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.md\"\r\n\r\nhalf a tex");
        form.Headers.ContentType = MediaTypeHeaderValue.Parse("multipart/form-data; boundary=b");

        using var response = await _platform.Http.PostAsync("/v1/collections/samples/documents", form).DefaultTimeout();

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("ends before the document does", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Empty(_platform.Retrieval.Uploads);
    }

    [Theory]
    [InlineData("/v1/collections/samples/documents", "metadata")]
    [InlineData("/v1/files", "purpose")]
    public async Task Form_ThatEndsInAField_IsRefused(string path, string field)
    {
        using var form = new StringContent($"--b\r\nContent-Disposition: form-data; name=\"{field}\"\r\n\r\nbat");
        form.Headers.ContentType = MediaTypeHeaderValue.Parse("multipart/form-data; boundary=b");

        using var response = await _platform.Http.PostAsync(path, form).DefaultTimeout();

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Fact]
    public async Task Form_WithABoundaryThatNoReaderTakes_IsRefused()
    {
        using var form = new ByteArrayContent([]);
        form.Headers.TryAddWithoutValidation("Content-Type", $"multipart/form-data; boundary={new string('b', 5000)}");

        using var response = await _platform.Http.PostAsync("/v1/files", form).DefaultTimeout();

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("boundary", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Documents_FileNamedInAnyLanguage_KeepsItsName()
    {
        using var form = new StringContent(
            "--b\r\nContent-Disposition: form-data; name=\"file\"; filename*=UTF-8''%C3%BCber.md\r\n\r\ntext\r\n--b--\r\n");
        form.Headers.ContentType = MediaTypeHeaderValue.Parse("multipart/form-data; boundary=b");

        using var response = await _platform.Http.PostAsync("/v1/collections/samples/documents", form).DefaultTimeout();

        Assert.True(response.IsSuccessStatusCode);
        Assert.Equal("über.md", Assert.Single(_platform.Retrieval.Uploads).Value.Header.FileName);
    }

    [Theory]
    [InlineData("POST", "/v1/models")]
    [InlineData("DELETE", "/v1/models/tiny-embed")]
    [InlineData("GET", "/v1/embeddings")]
    [InlineData("PATCH", "/v1/collections")]
    public async Task KnownPath_WrongMethod_IsMethodNotAllowed(string method, string path)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);

        using var response = await _platform.Http.SendAsync(request).DefaultTimeout();

        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
    }

    private async Task<JsonElement> GetAsync(string path) => await _platform.Http.GetFromJsonAsync<JsonElement>(path).DefaultTimeout();

    private async Task<JsonElement> PostAsync(string path, string body)
    {
        using var response = await _platform.PostAsync(path, body);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }
}

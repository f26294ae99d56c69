using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Millrace.Gateway.Tests.Batches;
using Millrace.TestShared;

namespace Millrace.Gateway.Tests.VectorStores;

public sealed class VectorStoreTests
{
    [Fact]
    public async Task Store_MadeWithFilesChangedAndDeleted_IsACollection()
    {
        await using var stored = await StoredPlatform.StartAsync();
        var file = await stored.UploadAsync("Parcels are tracked.", "assistants", "shipping.md");

        var created = await stored.PostAsync("/v1/vector_stores", new
        {
            name = "My docs", file_ids = new[] { file }, metadata = new { team = "a" },
            chunking_strategy = new { type = "static", @static = new { max_chunk_size_tokens = 200, chunk_overlap_tokens = 20 } },
        });
        var id = created.GetProperty("id").GetString() ?? "";
        var changed = await stored.PostAsync($"/v1/vector_stores/{id}", new { name = "Our docs" });
        var list = await stored.GetAsync("/v1/vector_stores?limit=1");

        Assert.StartsWith("vs_", id, StringComparison.Ordinal);
        Assert.Equal(
            ("vector_store", "My docs", "completed", 20),
            (created.GetProperty("object").GetString(), created.GetProperty("name").GetString(),
                created.GetProperty("status").GetString(), created.GetProperty("usage_bytes").GetInt32()));
        Assert.Equal(1, created.GetProperty("file_counts").GetProperty("completed").GetInt32());
        Assert.Equal(("Our docs", "a"), (changed.GetProperty("name").GetString(),
            changed.GetProperty("metadata").GetProperty("team").GetString()));
        Assert.True(list.GetProperty("has_more").GetBoolean());
        var upload = stored.Platform.Retrieval.Uploads[file];
        Assert.Equal((id, "shipping.md", "Parcels are tracked."),
            (upload.Header.Collection, upload.Header.FileName, Encoding.UTF8.GetString(upload.Content)));
        Assert.Equal(200u, stored.Platform.Retrieval.Created[id].Chunking.ChunkTokensMax);

        using var deleted = await stored.Http.DeleteAsync($"/v1/vector_stores/{id}").DefaultTimeout();
        using var gone = await stored.Http.GetAsync($"/v1/vector_stores/{id}").DefaultTimeout();
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.NotFound), (deleted.StatusCode, gone.StatusCode));
    }

    [Fact]
    public async Task Store_WithAFileThatIsNotThere_IsNotMade()
    {
        await using var stored = await StoredPlatform.StartAsync();

        using var response = await stored.Http.PostAsJsonAsync("/v1/vector_stores", new { file_ids = new[] { "file-none" } })
            .DefaultTimeout();

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Empty(stored.Platform.Retrieval.Created);
    }

    [Fact]
    public async Task Store_OfTheOtherApi_IsThereToo()
    {
        await using var stored = await StoredPlatform.StartAsync();

        var store = await stored.GetAsync("/v1/vector_stores/samples");

        Assert.Equal(("samples", "samples"), (store.GetProperty("id").GetString(), store.GetProperty("name").GetString()));
    }

    [Fact]
    public async Task Files_AttachedWithAttributes_AreListedChangedReadAndTakenOut()
    {
        await using var stored = await StoredPlatform.StartAsync();
        var file = await stored.UploadAsync("text", "user_data", "a.txt");

        var attached = await stored.PostAsync("/v1/vector_stores/samples/files", new { file_id = file, attributes = new { year = 2024 } });
        var list = await stored.GetAsync("/v1/vector_stores/samples/files?filter=completed");
        var content = await stored.GetAsync($"/v1/vector_stores/samples/files/{file}/content");
        await stored.PostAsync($"/v1/vector_stores/samples/files/{file}", new { attributes = new { year = 2025 } });
        using var deleted = await stored.Http.DeleteAsync($"/v1/vector_stores/samples/files/{file}").DefaultTimeout();

        Assert.Equal(
            ("vector_store.file", "completed", "samples", 2024),
            (attached.GetProperty("object").GetString(), attached.GetProperty("status").GetString(),
                attached.GetProperty("vector_store_id").GetString(), attached.GetProperty("attributes").GetProperty("year").GetInt32()));
        Assert.Equal(file, Assert.Single(list.GetProperty("data").EnumerateArray()).GetProperty("id").GetString());
        Assert.Contains("30 days", content.GetProperty("data")[0].GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.Equal("""{"year":2025}""", stored.Platform.Retrieval.Updates.Single().MetadataJson);
        Assert.Equal(HttpStatusCode.OK, deleted.StatusCode);
        Assert.Empty(stored.Platform.Retrieval.Uploads);
    }

    [Fact]
    public async Task FileBatch_OfSeveral_IsAJob()
    {
        await using var stored = await StoredPlatform.StartAsync();
        var first = await stored.UploadAsync("1", "user_data", "1.txt");
        var second = await stored.UploadAsync("2", "user_data", "2.txt");

        var batch = await stored.PostAsync("/v1/vector_stores/samples/file_batches", new { file_ids = new[] { first, second } });
        var id = batch.GetProperty("id").GetString();
        var files = await stored.GetAsync($"/v1/vector_stores/samples/file_batches/{id}/files");
        var cancelled = await stored.PostAsync($"/v1/vector_stores/samples/file_batches/{id}/cancel", new { });
        await stored.PostAsync("/v1/vector_stores", new { name = "other" });
        var other = stored.Platform.Retrieval.Created.Keys.Single();
        using var elsewhere = await stored.Http.GetAsync($"/v1/vector_stores/{other}/file_batches/{id}").DefaultTimeout();

        Assert.Equal(
            ("vector_store.files_batch", "in_progress", 2),
            (batch.GetProperty("object").GetString(), batch.GetProperty("status").GetString(),
                batch.GetProperty("file_counts").GetProperty("total").GetInt32()));
        Assert.Equal(2, files.GetProperty("data").GetArrayLength());
        Assert.Equal("cancelled", cancelled.GetProperty("status").GetString());
        Assert.Equal(HttpStatusCode.NotFound, elsewhere.StatusCode);
    }

    [Fact]
    public async Task Search_FiltersAndThreshold_GoOnAndResultsHaveNamesAndAttributes()
    {
        await using var stored = await StoredPlatform.StartAsync();
        var file = await stored.UploadAsync("x", "user_data", "policy.md");
        stored.Platform.Retrieval.Found = [(file, "Items can be returned."), ("docs/a.md", "Other.")];

        var page = await stored.PostAsync("/v1/vector_stores/samples/search", new
        {
            query = new[] { "returns", "send back" }, max_num_results = 3, rewrite_query = false,
            filters = new { type = "eq", key = "year", value = 2024 }, ranking_options = new { ranker = "none", score_threshold = 0.5 },
        });

        Assert.Equal("vector_store.search_results.page", page.GetProperty("object").GetString());
        var found = page.GetProperty("data")[0];
        Assert.Equal(
            (file, "policy.md", 2024, "Items can be returned."),
            (found.GetProperty("file_id").GetString(), found.GetProperty("filename").GetString(),
                found.GetProperty("attributes").GetProperty("year").GetInt32(),
                found.GetProperty("content")[0].GetProperty("text").GetString()));
        Assert.Equal("docs/a.md", page.GetProperty("data")[1].GetProperty("filename").GetString());
        var asked = stored.Platform.Retrieval.Searches.Single();
        Assert.Equal(("returns", 3u, 0.5f, "year"), (asked.Query, asked.TopK, asked.ScoreMin, asked.Filter.Comparison.Key));
        Assert.Equal("send back", asked.Variants.Single().Text);
    }

    [Theory]
    [InlineData("", """{"expires_after":{"anchor":"last_active_at","days":1}}""", "expires_after")]
    [InlineData("", """{"colour":"red"}""", "colour")]
    [InlineData("", """{"metadata":{"k":1}}""", "metadata.k")]
    [InlineData("/samples/files", """{}""", "file_id")]
    [InlineData(
        "/samples/files",
        """{"file_id":"file-1","chunking_strategy":{"type":"static","static":{"max_chunk_size_tokens":99,"chunk_overlap_tokens":1}}}""",
        "chunking_strategy")]
    [InlineData("/samples/search", """{"query":"x","rewrite_query":true}""", "rewrite_query")]
    [InlineData("/samples/search", """{"max_num_results":5}""", "query")]
    public async Task Request_WrongField_IsRefusedByName(string path, string body, string param)
    {
        await using var stored = await StoredPlatform.StartAsync();

        using var response = await stored.Platform.PostAsync("/v1/vector_stores" + path, body);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var error = (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("error");
        Assert.Equal(param, error.GetProperty("param").GetString());
    }
}

using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Millrace.Contracts.Embedding.V1;
using Millrace.Contracts.Inference.V1;
using Millrace.ServiceDefaults.Errors;
using Millrace.TestShared;

namespace Millrace.Gateway.Tests.Batches;

public sealed class BatchTests
{
    [Fact]
    public async Task Files_UploadListReadDelete_RoundTrip()
    {
        await using var stored = await StoredPlatform.StartAsync();
        var text = string.Concat(Enumerable.Repeat("0123456789abcdef\n", 60_000));

        var id = await stored.UploadAsync(text, "user_data", "notes.txt");
        var file = await stored.GetAsync($"/v1/files/{id}");
        var list = await stored.GetAsync("/v1/files?purpose=user_data&limit=10");
        var content = await stored.Http.GetStringAsync($"/v1/files/{id}/content").DefaultTimeout();
        using var deleted = await stored.Http.DeleteAsync($"/v1/files/{id}").DefaultTimeout();
        using var gone = await stored.Http.GetAsync($"/v1/files/{id}").DefaultTimeout();

        Assert.Equal(
            ("file", "notes.txt", "user_data", text.Length),
            (file.GetProperty("object").GetString(), file.GetProperty("filename").GetString(),
                file.GetProperty("purpose").GetString(), file.GetProperty("bytes").GetInt32()));
        Assert.Equal(id, list.GetProperty("data")[0].GetProperty("id").GetString());
        Assert.Equal(text, content);
        Assert.True((await deleted.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("deleted").GetBoolean());
        Assert.Contains("file_not_found", await gone.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
    }

    [Fact]
    public async Task Upload_WithoutPurposeOrWithAnotherField_IsRefusedByName()
    {
        await using var stored = await StoredPlatform.StartAsync();

        Assert.Contains("'purpose'", await RefusalAsync(stored, []), StringComparison.Ordinal);
        Assert.Contains("'colour'", await RefusalAsync(stored, [("purpose", "batch"), ("colour", "red")]), StringComparison.Ordinal);
        Assert.Contains("'purpose'", await RefusalAsync(stored, [("purpose", "fun")]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Batch_ChatLines_AreRunAtLowPriorityAndResultsStandByLine()
    {
        await using var stored = await StoredPlatform.StartAsync();
        stored.Platform.Inference.Script = (request, speaker) => speaker.SayAsync("You said ", request.Chat.Messages[^1].Content);
        var input = await stored.UploadAsync(
            string.Concat(Enumerable.Range(0, 12).Select(i => Line($"c{i}", Chat($"n{i}"))))
            + "\n" + Line("bad", """{"model":"plain","messages":[],"n":99}"""));

        var created = await stored.PostAsync("/v1/batches", new
        {
            input_file_id = input, endpoint = "/v1/chat/completions", completion_window = "24h", metadata = new { job = "nightly" },
        });
        var batch = await stored.EndOfAsync(created.GetProperty("id").GetString() ?? "");

        Assert.Equal(("batch", "validating"), (created.GetProperty("object").GetString(), created.GetProperty("status").GetString()));
        Assert.Equal("completed", batch.GetProperty("status").GetString());
        Assert.Equal("nightly", batch.GetProperty("metadata").GetProperty("job").GetString());
        var counts = batch.GetProperty("request_counts");
        Assert.Equal(
            (13, 12, 1),
            (counts.GetProperty("total").GetInt32(), counts.GetProperty("completed").GetInt32(), counts.GetProperty("failed").GetInt32()));
        Assert.True(batch.GetProperty("completed_at").GetInt64() >= batch.GetProperty("in_progress_at").GetInt64());

        var lines = await stored.LinesAsync(batch.GetProperty("output_file_id").GetString());
        Assert.Equal(Enumerable.Range(0, 12).Select(i => $"c{i}"), lines.Select(line => line.GetProperty("custom_id").GetString()));
        Assert.All(lines, line => Assert.Equal(200, line.GetProperty("response").GetProperty("status_code").GetInt32()));
        Assert.Equal(
            "You said n7",
            lines[7].GetProperty("response").GetProperty("body").GetProperty("choices")[0].GetProperty("message").GetProperty("content")
                .GetString());
        var failure = Assert.Single(await stored.LinesAsync(batch.GetProperty("error_file_id").GetString()));
        Assert.Equal(("bad", 400), (failure.GetProperty("custom_id").GetString(),
            failure.GetProperty("response").GetProperty("status_code").GetInt32()));
        Assert.All(stored.Platform.Inference.Requests, request => Assert.Equal(Priority.Batch, request.Priority));
        Assert.Empty(stored.Platform.Gateway.Errors);
    }

    [Fact]
    public async Task Batch_Embeddings_HaveTheirAnswers()
    {
        await using var stored = await StoredPlatform.StartAsync();
        var input = await stored.UploadAsync(Line("a", """{"model":"tiny-embed","input":"x"}""", "/v1/embeddings"));

        var batch = await RunAsync(stored, input, "/v1/embeddings");

        var line = Assert.Single(await stored.LinesAsync(batch.GetProperty("output_file_id").GetString()));
        Assert.Equal("list", line.GetProperty("response").GetProperty("body").GetProperty("object").GetString());
        Assert.Equal(EmbedPriority.Batch, Assert.Single(stored.Platform.Embedding.Requests).Priority);
        Assert.Equal(JsonValueKind.Null, batch.GetProperty("error_file_id").ValueKind);
    }

    [Fact]
    public async Task Batch_WrongLines_FailsWithAllOfThemAndRunsNone()
    {
        await using var stored = await StoredPlatform.StartAsync();
        var input = await stored.UploadAsync(
            Line("a", "{}") + "not json\n" + Line("a", "{}") + Line("b", "{}", "/v1/embeddings")
            + """{"custom_id":"c","method":"GET","url":"/v1/chat/completions","body":{}}""" + "\n"
            + """{"custom_id":"d","method":"POST","url":"/v1/chat/completions"}""");

        var batch = await RunAsync(stored, input, "/v1/chat/completions");

        Assert.Equal("failed", batch.GetProperty("status").GetString());
        Assert.Equal(
            [("invalid_json_line", 2), ("duplicate_custom_id", 3), ("invalid_url", 4), ("invalid_method", 5),
                ("missing_required_parameter", 6)],
            batch.GetProperty("errors").GetProperty("data").EnumerateArray().Select(
                error => (error.GetProperty("code").GetString(), error.GetProperty("line").GetInt32())));
        Assert.Empty(stored.Platform.Inference.Requests);
    }

    [Fact]
    public async Task Batch_Cancelled_EndsWithWhatWasDone()
    {
        await using var stored = await StoredPlatform.StartAsync(("Gateway:Batches:LinesAtOnce", "1"));
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        stored.Platform.Inference.Script = async (request, speaker) =>
        {
            if (request.Chat.Messages[^1].Content == "first") await speaker.SayAsync("done");
            else
            {
                asked.TrySetResult();
                await new TaskCompletionSource().Task.WaitAsync(speaker.CancellationToken);
            }
        };
        var input = await stored.UploadAsync(Line("a", Chat("first")) + Line("b", Chat("second")) + Line("c", Chat("third")));
        var created = await stored.PostAsync("/v1/batches", Body(input, "/v1/chat/completions"));
        var id = created.GetProperty("id").GetString() ?? "";

        await asked.Task.DefaultTimeout();
        var cancelling = await stored.PostAsync($"/v1/batches/{id}/cancel", new { });
        var batch = await stored.EndOfAsync(id);

        Assert.Equal(
            ("cancelling", "cancelled"), (cancelling.GetProperty("status").GetString(), batch.GetProperty("status").GetString()));
        var line = Assert.Single(await stored.LinesAsync(batch.GetProperty("output_file_id").GetString()));
        Assert.Equal("a", line.GetProperty("custom_id").GetString());
        var listed = await stored.GetAsync("/v1/batches?limit=1");
        Assert.Equal(id, listed.GetProperty("data")[0].GetProperty("id").GetString());
    }

    [Fact]
    public async Task Batch_GatewayBreaksOff_AnotherGoesOnBehindTheStoredResults()
    {
        (string, string)[] settings = [("Gateway:Batches:LinesAtOnce", "1"), ("Gateway:Batches:LeaseTime", "00:00:05")];
        await using var stored = await StoredPlatform.StartAsync(settings);
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        stored.Platform.Inference.Script = async (request, speaker) =>
        {
            if (request.Chat.Messages[^1].Content == "first") await speaker.SayAsync("before");
            else
            {
                asked.TrySetResult();
                await new TaskCompletionSource().Task.WaitAsync(speaker.CancellationToken);
            }
        };
        var input = await stored.UploadAsync(Line("a", Chat("first")) + Line("b", Chat("second")) + Line("c", Chat("third")));
        var created = await stored.PostAsync("/v1/batches", Body(input, "/v1/chat/completions"));

        await asked.Task.DefaultTimeout();
        await stored.ReplaceGatewayAsync(settings);
        stored.Platform.Inference.Answers("after");
        var batch = await stored.EndOfAsync(created.GetProperty("id").GetString() ?? "");

        var lines = await stored.LinesAsync(batch.GetProperty("output_file_id").GetString());
        Assert.Equal(
            [("a", "before"), ("b", "after"), ("c", "after")],
            lines.Select(line => (line.GetProperty("custom_id").GetString(), line.GetProperty("response").GetProperty("body")
                .GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString())));
        Assert.Equal(2, stored.Platform.Inference.Requests.Count);
    }

    [Fact]
    public async Task Batch_MemberIsBusyOnce_LineIsTriedAgain()
    {
        await using var stored = await StoredPlatform.StartAsync();
        var calls = 0;
        stored.Platform.Inference.Script = (_, speaker) => Interlocked.Increment(ref calls) <= 2
            ? throw new MillraceException(Reason.QueueFull, "Busy.") { RetryAfter = TimeSpan.FromMilliseconds(5) }
            : speaker.SayAsync("done");
        var input = await stored.UploadAsync(Line("a", Chat("x")));

        var batch = await RunAsync(stored, input, "/v1/chat/completions");

        Assert.Equal(1, batch.GetProperty("request_counts").GetProperty("completed").GetInt32());
    }

    [Fact]
    public async Task Batch_OfATenantWithLabels_RunsAsThatTenantWithThoseLabels()
    {
        await using var stored = await StoredPlatform.StartAsync();
        stored.Http.DefaultRequestHeaders.Add("x-millrace-tenant", "acme");
        stored.Http.DefaultRequestHeaders.Add("x-millrace-labels", "hr,");
        var input = await stored.UploadAsync(
            Line("a", """{"model":"docs-assistant","messages":[{"role":"user","content":"Are parcels tracked?"}]}"""));

        var batch = await RunAsync(stored, input, "/v1/chat/completions");

        Assert.Equal("completed", batch.GetProperty("status").GetString());
        Assert.Equal(("acme", "hr"), (stored.Platform.Retrieval.LastTenant, string.Join(',', stored.Platform.Retrieval.LastBound ?? [])));
        Assert.Equal("acme", stored.Platform.Inference.LastRequest.FairnessKey);
        stored.Http.DefaultRequestHeaders.Remove("x-millrace-labels");
        stored.Http.DefaultRequestHeaders.Add("x-millrace-labels", ",");
        using var hidden = await stored.Http.GetAsync($"/v1/batches/{batch.GetProperty("id").GetString()}").DefaultTimeout();
        using var output = await stored.Http.GetAsync($"/v1/files/{batch.GetProperty("output_file_id").GetString()}").DefaultTimeout();
        Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.NotFound), (hidden.StatusCode, output.StatusCode));
    }

    [Theory]
    [InlineData("""{"endpoint":"/v1/embeddings","completion_window":"24h"}""", "input_file_id")]
    [InlineData("""{"input_file_id":"x","endpoint":"/v1/models","completion_window":"24h"}""", "endpoint")]
    [InlineData("""{"input_file_id":"x","endpoint":"/v1/embeddings","completion_window":"soon"}""", "completion_window")]
    [InlineData("""{"input_file_id":"x","endpoint":"/v1/embeddings","completion_window":"24h","colour":"red"}""", "colour")]
    public async Task Create_WrongField_IsRefusedByName(string body, string param)
    {
        await using var stored = await StoredPlatform.StartAsync();

        using var response = await stored.Platform.PostAsync("/v1/batches", body);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var error = (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("error");
        Assert.Equal(param, error.GetProperty("param").GetString());
    }

    private static string Chat(string text) => $$"""{"model":"plain","messages":[{"role":"user","content":"{{text}}"}]}""";

    private static string Line(string id, string body, string url = "/v1/chat/completions") =>
        $$"""{"custom_id":"{{id}}","method":"POST","url":"{{url}}","body":{{body}}}""" + "\n";

    private static object Body(string input, string endpoint) => new { input_file_id = input, endpoint, completion_window = "24h" };

    private static async Task<JsonElement> RunAsync(StoredPlatform stored, string input, string endpoint)
    {
        var created = await stored.PostAsync("/v1/batches", Body(input, endpoint));
        return await stored.EndOfAsync(created.GetProperty("id").GetString() ?? "");
    }

    private static async Task<string> RefusalAsync(StoredPlatform stored, (string Name, string Value)[] fields)
    {
        using var form = new MultipartFormDataContent { { new ByteArrayContent([1]), "file", "a.txt" } };
        foreach (var (name, value) in fields) form.Add(new StringContent(value), name);
        using var response = await stored.Http.PostAsync("/v1/files", form).DefaultTimeout();
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        return await response.Content.ReadAsStringAsync();
    }
}

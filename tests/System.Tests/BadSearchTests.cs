using System.Text;
using System.Text.Json.Nodes;
using Millrace.TestShared;

namespace Millrace.SystemTests;

/// <summary>Whatever is wrong with a request about documents, the answer is an OpenAI error object that names the field.</summary>
[Collection(SystemCollection.Name)]
public sealed class BadSearchTests(RunningSystem system)
{
    [Fact]
    public async Task EveryBadRequest_IsRefusedWithItsStatusAndByName()
    {
        List<string> wrong = [];
        foreach (var bad in BadRequests.All)
        {
            var answer = await SendAsync(bad);
            if (answer != Expected(bad)) wrong.Add($"{bad}\n  got {answer}\n  not {Expected(bad)}");
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public async Task AfterAllThat_NothingWasMade()
    {
        foreach (var path in new[] { "/v1/collections/refused", "/v1/collections/samples/documents/refused.md" })
        {
            using var response = await system.Edge.GetAsync(new Uri(path, UriKind.Relative)).DefaultTimeout();
            Assert.Equal(System.Net.HttpStatusCode.NotFound, response.StatusCode);
        }
    }

    private static string Expected(BadRequest bad) => $"{bad.Status} {bad.Code} {bad.Param}";

    private async Task<string> SendAsync(BadRequest bad)
    {
        var (method, path) = (bad.Target[..bad.Target.IndexOf(' ')], bad.Target[(bad.Target.IndexOf(' ') + 1)..]);
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(path, UriKind.Relative));
        if (bad.Body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(bad.Body));
            request.Content.Headers.TryAddWithoutValidation("content-type", bad.ContentType);
        }

        if (bad.Header is { } header) request.Headers.TryAddWithoutValidation(header.Name, header.Value);
        using var response = await system.Edge.SendAsync(request).DefaultTimeout();
        var text = await response.Content.ReadAsStringAsync();
        var error = text.StartsWith('{') ? JsonNode.Parse(text)!["error"] : null;
        return error is null ? $"{(int)response.StatusCode} {text}" : $"{(int)response.StatusCode} {error["code"]} {error["param"]}";
    }
}

using System.Net.Http.Headers;
using System.Text;
using Millrace.Gateway.Tests.Batches;
using Millrace.TestShared;
using Millrace.TestShared.Fuzzing;

namespace Millrace.Gateway.Tests.Api.Fuzzing;

/// <summary>
/// Broken bodies on every route that takes one: always accepted or refused by name, never a failure. A finding says its seed and round;
/// <c>MILLRACE_FUZZ_SEED</c> tries others.
/// </summary>
public sealed class FuzzTests : IAsyncLifetime
{
    private const int Rounds = 150;
    private static readonly int Seed = int.Parse(Environment.GetEnvironmentVariable("MILLRACE_FUZZ_SEED") ?? "1", provider: null);

    private StoredPlatform _stored = null!;

    public async Task InitializeAsync()
    {
        _stored = await StoredPlatform.StartAsync(("Gateway:Batches:BatchesAtOnce", "0"));
        _stored.Platform.Inference.Model = "tiny-rag-chat";
    }

    public async Task DisposeAsync() => await _stored.DisposeAsync();

    [Fact]
    public async Task Json_Broken_IsRefusedByNameOnEveryRoute()
    {
        var conversation = await _stored.PostAsync("/v1/conversations", new { });
        var store = await _stored.PostAsync("/v1/vector_stores", new { name = "Broken" });
        var world = new FuzzWorld(
            "plain",
            "plain",
            await _stored.UploadAsync("{}"),
            conversation.GetProperty("id").GetString() ?? "",
            store.GetProperty("id").GetString() ?? "");
        List<string> problems = [];

        foreach (var target in FuzzTargets.All(world)) problems.AddRange(await FuzzRun.RunAsync(_stored.Http, target, Seed, Rounds));

        AssertNone(problems);
    }

    /// <summary>How: one form after the other with bytes that are changed, cut off or added.</summary>
    [Fact]
    public async Task Form_Broken_IsRefused()
    {
        var random = new Random(Seed);
        var valid = Encoding.UTF8.GetBytes(
            "--b\r\ncontent-disposition: form-data; name=\"purpose\"\r\n\r\nbatch\r\n--b\r\ncontent-disposition: form-data; "
                + "name=\"file\"; filename=\"a.jsonl\"\r\ncontent-type: text/plain\r\n\r\n{}\r\n--b--\r\n");
        List<string> problems = [];
        for (var round = 0; round < Rounds; round++)
        {
            using var content = new ByteArrayContent(Changed(valid, random));
            content.Headers.ContentType = MediaTypeHeaderValue.Parse(
                round % 20 == 0 ? "multipart/form-data" : "multipart/form-data; boundary=b");
            using var response = await _stored.Http.PostAsync("/v1/files", content).DefaultTimeout();
            var text = await response.Content.ReadAsStringAsync();
            if (FuzzRun.Problem((int)response.StatusCode, text, field: null) is { } problem)
                problems.Add($"seed {Seed}, round {round}: {problem}: {(int)response.StatusCode} {text}");
        }

        AssertNone(problems);
    }

    private void AssertNone(List<string> problems)
    {
        var logged = _stored.Platform.Gateway.Errors.Take(3);
        Assert.True(problems.Count == 0, $"{problems.Count} problems:\n{string.Join("\n\n", problems.Take(20).Concat(logged))}");
        Assert.Empty(_stored.Platform.Gateway.Errors);
    }

    private static byte[] Changed(byte[] valid, Random random)
    {
        var at = random.Next(valid.Length);
        var byteThen = (byte)random.Next(256);
        return random.Next(3) switch
        {
            0 => valid[..at],
            1 => [.. valid[..at], byteThen, .. valid[(at + 1)..]],
            _ => [.. valid[..at], .. Enumerable.Repeat(byteThen, random.Next(1, 200)), .. valid[at..]],
        };
    }
}

using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Millrace.Cli.Tests.Catalog;
using Millrace.TestShared;

namespace Millrace.Cli.Tests;

public sealed class CommandLineTests : IDisposable
{
    private static readonly string Catalog = Path.Combine(RepoPaths.Models, "catalog.json");

    private readonly TemporaryFolder _folder = new();
    private readonly StringWriter _output = new() { NewLine = "\n" };

    [Theory]
    [InlineData]
    [InlineData("dance")]
    [InlineData("pull")]
    [InlineData("pull", "--catalog")]
    [InlineData("eval", "--questions", "q.json")]
    [InlineData("ready", "--url", "nowhere", "--pid", "1")]
    public async Task Run_UnusableArguments_ExitsWithTwoAndTheUsage(params string[] args)
    {
        if (args is ["eval", ..]) args = ["eval", "--questions", Path.Combine(RepoPaths.Root, "samples", "questions.json")];

        Assert.Equal(2, await RunAsync(args));
        Assert.Contains("usage: ready --url URL", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pull_UnknownModel_ExitsWithOneAndTheNames()
    {
        Assert.Equal(1, await RunAsync("pull", "gpt-4", "--catalog", Catalog, "--folder", _folder.Path));
        Assert.StartsWith("No model 'gpt-4'", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pull_BuiltInModel_HasNothingToDo()
    {
        Assert.Equal(0, await RunAsync("pull", "tiny-embed", "--catalog", Catalog, "--folder", _folder.Path));
        Assert.Equal("tiny-embed is built in.\n", _output.ToString());
    }

    [Fact]
    public async Task Pull_CatalogueModel_PrintsItsPathLast()
    {
        var model = new byte[5000];
        await using var server = await FileServer.StartAsync(FileServer.Whole(model));
        await WriteCatalogAsync(server, Convert.ToHexStringLower(SHA256.HashData(model)));

        Assert.Equal(0, await RunAsync("pull", "mine", "--catalog", _folder.File("catalog.json"), "--folder", _folder.File("models")));

        Assert.EndsWith(_folder.File("models/mine.gguf") + "\n", _output.ToString(), StringComparison.Ordinal);
        Assert.Equal(model, await File.ReadAllBytesAsync(_folder.File("models/mine.gguf")));
    }

    [Fact]
    public async Task Pull_Stopped_ExitsWithOne()
    {
        using var stop = new CancellationTokenSource();
        await using var server = await FileServer.StartAsync(async context =>
        {
            await stop.CancelAsync();
            await FileServer.Silence(context);
        });
        await WriteCatalogAsync(server, sha256: null);

        var code = await CommandLine.RunAsync(
            ["pull", "mine", "--catalog", _folder.File("catalog.json"), "--folder", _folder.Path], _output, stop.Token).DefaultTimeout();

        Assert.Equal(1, code);
        Assert.Equal("stopped\n", _output.ToString());
    }

    [Fact]
    public async Task Eval_ASystemThatAnswers_PrintsTheFigures()
    {
        await WriteQuestionAsync();
        await using var server = await FileServer.StartAsync(Answer(
            """{"choices": [{"message": {"content": "30 days."}}], "millrace": {"citations": [{"document_id": "shop/returns.md"}]}}"""));

        Assert.Equal(0, await EvalAsync(server.Url));
        Assert.Contains("expected document cited   1 of 1 (100%)", _output.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<html>hello</html>")]
    [InlineData("{}")]
    [InlineData("""{"choices": []}""")]
    [InlineData("[]")]
    public async Task Eval_SomethingElseAnswers_ExitsWithOne(string body)
    {
        await WriteQuestionAsync();
        await using var server = await FileServer.StartAsync(Answer(body));

        Assert.Equal(1, await EvalAsync(server.Url));
        Assert.Contains("does not speak the OpenAI API", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Eval_TheSystemRefuses_ShowsItsAnswer()
    {
        await WriteQuestionAsync();
        await using var server = await FileServer.StartAsync(FileServer.Status(503));

        Assert.Equal(1, await EvalAsync(server.Url));
        Assert.Contains("The system answered 503", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Eval_NothingThere_SaysHowToStartIt()
    {
        await WriteQuestionAsync();

        Assert.Equal(1, await EvalAsync(new Uri("http://127.0.0.1:9")));
        Assert.Contains("Start it with ./run", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ready_AHealthySystem_PrintsHowToUseIt()
    {
        await using var server = await FileServer.StartAsync(FileServer.Status(503), FileServer.Status(200));

        var url = server.Url.GetLeftPart(UriPartial.Authority);

        Assert.Equal(0, await RunAsync("ready", "--url", url));
        Assert.Contains($"curl -N {url}/v1/chat/completions", _output.ToString(), StringComparison.Ordinal);
        Assert.Equal(2, server.Ranges.Count);
    }

    [Fact]
    public async Task Ready_NotInTime_SaysWhereTheLogsAre()
    {
        Assert.Equal(1, await RunAsync("ready", "--url", "http://127.0.0.1:9", "--timeout", "0"));
        Assert.Contains(".millrace/logs", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ready_TheProcessIsGone_SaysSo()
    {
        Assert.Equal(1, await RunAsync("ready", "--url", "http://127.0.0.1:9", "--pid", int.MaxValue.ToString()));
        Assert.Contains("stopped before it was ready", _output.ToString(), StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private static Func<HttpContext, Task> Answer(string body) => context => context.Response.WriteAsync(body);

    private Task<int> RunAsync(params string[] args) => CommandLine.RunAsync(args, _output, CancellationToken.None).DefaultTimeout();

    private Task<int> EvalAsync(Uri url) => RunAsync("eval", "--url", url.ToString(), "--questions", _folder.File("questions.json"));

    private Task WriteQuestionAsync() => File.WriteAllTextAsync(
        _folder.File("questions.json"), """[{"id": "1", "question": "How long?", "answerable": true, "sources": ["shop/returns.md"]}]""");

    private Task WriteCatalogAsync(FileServer server, string? sha256) => File.WriteAllTextAsync(
        _folder.File("catalog.json"),
        $$"""
        {"models": [{"name": "mine", "task": "chat", "url": "{{server.Url}}", "size_bytes": null,
                     "sha256": {{(sha256 is null ? "null" : $"\"{sha256}\"")}}}]}
        """);
}

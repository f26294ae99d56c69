using System.Diagnostics;
using Aspire.Hosting.Testing;
using Millrace.TestShared;

namespace Millrace.SystemTests;

/// <summary>Clients that others wrote, against the running system: tests/Clients under Node's test runner.</summary>
[Collection(SystemCollection.Name)]
public sealed class ClientTests(RunningSystem system)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(3);

    [Theory]
    [InlineData("openai.test.mjs")]
    [InlineData("openai-tools.test.mjs")]
    [InlineData("openai-responses.test.mjs")]
    [InlineData("openai-files.test.mjs")]
    [InlineData("ai-sdk.test.mjs")]
    [InlineData("langchain.test.mjs")]
    [InlineData("anthropic.test.mjs")]
    [InlineData("grpc.test.mjs")]
    public async Task ThirdPartyClient_AllItsTests_Pass(string file)
    {
        var start = new ProcessStartInfo("node", ["--test", "--test-reporter=spec", file])
        {
            WorkingDirectory = Path.Combine(RepoPaths.Root, "tests", "Clients"),
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["MILLRACE_EDGE_URL"] = system.App.GetEndpoint("edge", "http").GetLeftPart(UriPartial.Authority);
        (string, string)[] services = [("GATEWAY", "gateway"), ("RETRIEVAL", "retrieval"), ("INFERENCE", "inference-1")];
        foreach (var (variable, resource) in services)
            start.Environment[$"MILLRACE_{variable}_GRPC"] = system.App.GetEndpoint(resource, "grpc").ToString();

        using var node = Process.Start(start) ?? throw new InvalidOperationException("node did not start.");
        var output = node.StandardOutput.ReadToEndAsync();
        var errors = node.StandardError.ReadToEndAsync();
        await node.WaitForExitAsync().WaitAsync(Timeout);

        Assert.True(node.ExitCode == 0, $"{await output}\n{await errors}");
    }
}

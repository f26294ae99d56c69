using System.Diagnostics;
using System.Text.Json;
using Millrace.Bench.Harness;
using Millrace.Bench.Load;

namespace Millrace.Bench.Peers;

/// <summary>What node-llama-cpp is given.</summary>
/// <param name="Model">The model's file.</param>
/// <param name="Streams">Streams at most.</param>
/// <param name="ContextTokens">Tokens of one stream.</param>
/// <param name="Threads">Threads that compute.</param>
internal sealed record NodeLlamaSettings(string Model, int Streams, int ContextTokens, int Threads);

/// <summary>node-llama-cpp in a process of its own. It is asked by lines of JSON, and keeps its own time.</summary>
internal sealed class NodeLlamaProcess : IAsyncDisposable
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    private readonly Process _process;
    private readonly Task<string> _errors;

    private NodeLlamaProcess(Process process)
    {
        _process = process;
        _errors = process.StandardError.ReadToEndAsync();
    }

    /// <summary>Starts it and waits until its model is loaded.</summary>
    /// <exception cref="BenchException">It ended; the message has what it wrote.</exception>
    public static async Task<NodeLlamaProcess> StartAsync(NodeLlama node, NodeLlamaSettings settings, CancellationToken cancellationToken)
    {
        var (model, streams, contextTokens, threads) = settings;
        var arguments = JsonSerializer.Serialize(
            new { model, streams, contextTokens, threads, BatchTokens = MemberSettings.StepTokens, node.Gpu }, Json);
        var start = new ProcessStartInfo("node", [NodeLlama.Program, arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["NODE_LLAMA_FOLDER"] = node.Folder;
        start.Environment["NODE_LLAMA_CPP_SKIP_DOWNLOAD"] = "true";
        var peer = new NodeLlamaProcess(Process.Start(start) ?? throw new BenchException("node did not start."));
        await peer.AnswerAsync(cancellationToken);
        return peer;
    }

    /// <summary>Runs one stream per prompt, all at once.</summary>
    /// <exception cref="BenchException">It ended, or generated fewer tokens than it was asked for.</exception>
    public async Task<LoadResult> RunAsync(IReadOnlyList<int[]> prompts, int tokens, CancellationToken cancellationToken)
    {
        await _process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(new { prompts, tokens }, Json).AsMemory(), cancellationToken);
        await _process.StandardInput.FlushAsync(cancellationToken);
        var answer = JsonSerializer.Deserialize<Answer>(await AnswerAsync(cancellationToken), Json)!;
        if (answer.Tokens != prompts.Count * tokens)
            throw new BenchException($"node-llama-cpp generated {answer.Tokens} tokens of {prompts.Count * tokens}.");
        return new LoadResult
        {
            Elapsed = TimeSpan.FromMilliseconds(answer.ElapsedMs),
            Tokens = answer.Tokens,
            FirstTokenMs = answer.FirstTokenMs,
            CpuTime = TimeSpan.FromMilliseconds(answer.CpuMs),
        };
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private async Task<string> AnswerAsync(CancellationToken cancellationToken) =>
        await _process.StandardOutput.ReadLineAsync(cancellationToken)
            ?? throw new BenchException($"node-llama-cpp ended: {await _errors}");

    private sealed record Answer(double ElapsedMs, double CpuMs, int Tokens, IReadOnlyList<double> FirstTokenMs);
}

using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Millrace.Bench.Harness;
using Millrace.Bench.Load;
using Millrace.Contracts.Inference.V1;
using Millrace.ServiceDefaults.Clients;

namespace Millrace.Bench.Serving;

/// <summary>
/// How soon the engine's slot is free when a client closes its connection in the middle of a stream, through edge, gateway and pool; beside
/// a caller that cancels its call of the pool directly.
/// </summary>
internal sealed class CancelBench : IBench
{
    private const string Through = "through the edge";
    private const string Direct = "a cancelled call of the pool";
    private const int TokensMax = 400;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <inheritdoc/>
    public string Name => "cancel";

    /// <inheritdoc/>
    public string Summary => "a client that leaves in the middle of a stream: time until the engine's slot is free";

    /// <inheritdoc/>
    public async Task RunAsync(BenchRun run, CancellationToken cancellationToken)
    {
        var count = run.Options.Quick ? 5 : 200;
        var member = new MemberSettings { Model = run.JudgedModel.Path, Slots = 4, ContextTokens = 1024 };
        await using var system = await ServingSystem.StartAsync(
            new ServingSettings { Inference = [.. member.Environment(), Template(member.Model)], Telemetry = false }, cancellationToken);
        using var channels = new ServiceChannels(NullLoggerFactory.Instance, TimeProvider.System);
        var pool = new InferenceService.InferenceServiceClient(
            channels.Invoker("inference", system["Inference"].Grpc, new ServiceClientOptions()));
        var model = (await pool.ListModelsAsync(new ListModelsRequest(), cancellationToken: cancellationToken)).Models
            .Single(candidate => candidate.IsDefault).Name;

        List<double> through = [], direct = [];
        for (var number = -3; number < count; number++)
        {
            var left = await LeaveEdgeAsync(system.Asked, model, 1 + (Math.Abs(number) % 5), cancellationToken);
            var edge = await UntilFreeAsync(pool, left, cancellationToken);
            left = await LeavePoolAsync(pool, model, 1 + (Math.Abs(number) % 5), cancellationToken);
            var call = await UntilFreeAsync(pool, left, cancellationToken);
            if (number < 0) continue;
            through.Add(edge);
            direct.Add(call);
        }

        Report(run, "p50", new Samples(new Samples(through).Median), new Samples(new Samples(direct).Median));
        Report(run, "p99", new Samples(new Samples(through).Percentile(0.99)), new Samples(new Samples(direct).Percentile(0.99)));
    }

    // A random model has no template of its own.
    private static KeyValuePair<string, string> Template(string model) =>
        new($"Inference__Models__{Path.GetFileNameWithoutExtension(model)}__ChatTemplate", "chatml");

    private static void Report(BenchRun run, string which, Samples through, Samples direct) =>
        run.Add(BenchRow.Compare(($"slot free, {which}, {Through}", through), "ms", (Direct, direct)));

    /// <summary>Reads some tokens and closes the connection.</summary>
    /// <returns>When.</returns>
    private static async Task<long> LeaveEdgeAsync(Asked asked, string model, int tokens, CancellationToken cancellationToken)
    {
        var stream = await EventStream.OpenAsync(asked.Address, cancellationToken);
        await stream.AskAsync(asked.Request(model, stream: true, TokensMax), cancellationToken);
        for (var read = 0; read < tokens; read++)
            if (await stream.WordsAsync(cancellationToken) is null) throw new BenchException("An answer ended before its client left.");
        var left = Stopwatch.GetTimestamp();
        stream.Dispose();
        return left;
    }

    private static async Task<long> LeavePoolAsync(
        InferenceService.InferenceServiceClient pool, string model, int tokens, CancellationToken cancellationToken)
    {
        var request = new GenerateRequest
        {
            Model = model, Text = "Which numbers come first when one counts?", MaxTokens = TokensMax, IgnoreEnd = true,
        };
        using var call = pool.Generate(request, cancellationToken: cancellationToken);
        for (var read = 0; read <= tokens; read++)
            if (!await call.ResponseStream.MoveNext(cancellationToken)) throw new BenchException("An answer ended before its caller left.");
        return Stopwatch.GetTimestamp();
    }

    /// <summary>Asks the member until no slot is in use.</summary>
    private static async Task<double> UntilFreeAsync(
        InferenceService.InferenceServiceClient pool, long left, CancellationToken cancellationToken)
    {
        while (true)
        {
            var status = await pool.GetStatusAsync(new GetStatusRequest(), cancellationToken: cancellationToken);
            var elapsed = Stopwatch.GetElapsedTime(left);
            if (status.Engines.Sum(engine => engine.SlotsUsed + engine.QueueDepth) == 0) return elapsed.TotalMilliseconds;
            if (elapsed > Patience) throw new BenchException($"A slot was in use {elapsed.TotalSeconds:0} s after its client had left.");
        }
    }
}

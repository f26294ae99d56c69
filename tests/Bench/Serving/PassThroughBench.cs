using System.Diagnostics;
using System.Text;
using Millrace.Bench.Harness;
using Millrace.Bench.Peers;
using Millrace.Bench.Processes;
using Millrace.TestShared;

namespace Millrace.Bench.Serving;

/// <summary>
/// What the platform adds to a request that it only passes on to an upstream which answers at once: the whole way through edge and gateway,
/// and the pool where the upstream is behind it, on one core, beside a thin proxy and a peer that do the same on that core.
/// </summary>
internal sealed class PassThroughBench : IBench
{
    private const string Bare = "bare mock";
    private const string Proxy = "thin Node proxy";
    private const string Peer = "@portkey-ai/gateway";
    private const string Ours = "Millrace";
    private const string Guarded = "Millrace with the default guard policy";
    private const string Pooled = "Millrace with the upstream behind its pool";
    private const string Portkey = "@portkey-ai/gateway";
    private const int Connections = 16;
    private const int WarmUpAnswers = 40_000;
    private static readonly KeyValuePair<string, string> Unguarded = new("Gateway__GuardPolicy", "off");
    private static readonly TimeSpan WarmUpMax = TimeSpan.FromSeconds(40);

    /// <inheritdoc/>
    public string Name => "passthrough";

    /// <inheritdoc/>
    public string Summary => "requests that go on to an instant upstream, one core: requests/s and added time, beside a proxy and a peer";

    /// <inheritdoc/>
    public async Task RunAsync(BenchRun run, CancellationToken cancellationToken)
    {
        await Cores.MoveHereAsync(Cores.Around, cancellationToken);
        await using var upstream = await InstantUpstream.StartAsync(cancellationToken);
        var settings = new ServingSettings { Inference = [new("Inference__Model", "tiny-rag-chat")], Cores = Cores.Measured };
        var direct = Upstream("Gateway", upstream);
        await using var guarded = await ServingSystem.StartAsync(settings with { Gateway = direct }, cancellationToken);
        await using var pooled = await ServingSystem.StartAsync(
            settings with { Inference = [.. settings.Inference, .. Upstream("Inference", upstream)], Gateway = [Unguarded] },
            cancellationToken);
        await using var system = await ServingSystem.StartAsync(
            settings with { Gateway = [.. direct, Unguarded] }, cancellationToken);
        await using var proxy = run.Options.Peers ? await StartProxyAsync(upstream, cancellationToken) : null;
        var (folder, whyNot) = await NodePackages.FindAsync(run, new NodeNeeds("portkey", Portkey), cancellationToken);
        await using var peer = whyNot is null ? await StartPeerAsync(folder, cancellationToken) : null;

        List<(string Name, Asked Asked)> servers =
            [(Bare, new Asked(upstream.Address)), (Ours, system.Asked), (Guarded, guarded.Asked), (Pooled, pooled.Asked)];
        if (proxy is not null) servers.Add((Proxy, new Asked(proxy.Address)));
        if (peer is not null) servers.Add((Peer, PeerAsked(peer, upstream)));
        bool[] forms = [.. new[] { false, true }.Where(
            stream => (stream ? "stream" : "JSON").Contains(run.Options.Only, StringComparison.OrdinalIgnoreCase))];
        foreach (var (name, asked) in servers) await WarmUpAsync(run, name, asked, forms, cancellationToken);
        foreach (var stream in forms)
        {
            var busy = await MeasureAsync(run, servers, Connections, stream, cancellationToken);
            var calm = await MeasureAsync(run, servers, 1, stream, cancellationToken);
            Report(run, stream ? "stream" : "JSON", busy, calm, whyNot);
            await ReportProcessorTimeAsync(run, Ours, system, stream, cancellationToken);
            await ReportProcessorTimeAsync(run, Guarded, guarded, stream, cancellationToken);
            await ReportProcessorTimeAsync(run, Pooled, pooled, stream, cancellationToken);
        }

        foreach (var (name, process) in system.Processes)
            run.Add(BenchRow.Of($"memory after it: {name}", new Samples(process.ResidentBytes / (double)(1 << 20)), "MiB"));
    }

    // Just-in-time compilers of all sides go on compiling for tens of thousands of requests; what counts is what a server does all day.
    private static async Task WarmUpAsync(
        BenchRun run, string name, Asked asked, IReadOnlyList<bool> forms, CancellationToken cancellationToken)
    {
        foreach (var stream in forms)
        {
            var asking = Stopwatch.StartNew();
            var load = new ClosedLoad(Connections, TimeSpan.Zero, TimeSpan.FromSeconds(run.Options.Quick ? 1 : 5));
            var answers = 0;
            do
            {
                run.Progress($"warm-up: {name}, {(stream ? "stream" : "JSON")}: {answers:N0} answers");
                var figures = await load.RunAsync(
                    asked.Address, asked.Request(InstantUpstream.Model, stream), Expected(stream), cancellationToken);
                answers += figures.Total.Values.Count;
            }
            while (!run.Options.Quick && answers < WarmUpAnswers && asking.Elapsed < WarmUpMax);
        }
    }

    private static async Task ReportProcessorTimeAsync(
        BenchRun run, string which, ServingSystem system, bool stream, CancellationToken cancellationToken)
    {
        var before = system.Processes.Select(process => process.Process.CpuTime).ToArray();
        var load = new ClosedLoad(Connections, TimeSpan.Zero, TimeSpan.FromSeconds(run.Options.Quick ? 1 : 5));
        var figures = await load.RunAsync(
            system.Edge, system.Asked.Request(InstantUpstream.Model, stream), Expected(stream), cancellationToken);
        foreach (var ((name, process), cpu) in system.Processes.Zip(before))
            run.Add(BenchRow.Of(
                $"{(stream ? "stream" : "JSON")}: {which}: processor time of a request, {name}",
                new Samples((process.CpuTime - cpu).TotalMicroseconds / figures.Total.Values.Count),
                "us"));
    }

    private static byte[] Expected(bool stream) =>
        Encoding.UTF8.GetBytes(stream ? "data: [DONE]" : "one two three four five six seven eight ");

    internal static IReadOnlyList<KeyValuePair<string, string>> Upstream(string service, InstantUpstream upstream) =>
    [
        new($"{service}__Upstreams__instant__BaseAddress", $"{upstream.Address}"),
        new($"{service}__Upstreams__instant__Models__{InstantUpstream.Model}", InstantUpstream.Model),
        new($"{service}__Upstreams__instant__ConcurrencyMax", "256"),
        new($"{service}__Upstreams__instant__ContextTokens", "8192"),
    ];

    private static Task<NodeProgram> StartProxyAsync(InstantUpstream upstream, CancellationToken cancellationToken)
    {
        var program = Path.Combine(RepoPaths.Root, "tests", "Bench", "Peers", "node-proxy", "proxy.mjs");
        return NodeProgram.StartAsync(port => [program, $"{port}", $"{upstream.Address}"], cancellationToken);
    }

    private static Task<NodeProgram> StartPeerAsync(string folder, CancellationToken cancellationToken) => NodeProgram.StartAsync(
        port => [Path.Combine(NodePackages.FolderOf(folder, Portkey), "build", "start-server.js"), $"--port={port}", "--headless"],
        cancellationToken);

    private static Asked PeerAsked(NodeProgram peer, InstantUpstream upstream) => new(
        peer.Address,
        "x-portkey-provider: openai",
        $"x-portkey-custom-host: {new Uri(upstream.Address, "v1")}",
        "authorization: Bearer sk-none");

    private static Task<IReadOnlyDictionary<string, IReadOnlyList<LoadFigures>>> MeasureAsync(
        BenchRun run, IReadOnlyList<(string Name, Asked Asked)> servers, int connections, bool stream, CancellationToken cancellationToken)
    {
        var load = run.Options.Quick
            ? new ClosedLoad(connections, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2))
            : new ClosedLoad(connections, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(3));
        return Rounds.RunAsync<LoadFigures>(
            run.Options.Quick ? 1 : 3,
            [
                .. servers.Select(server => new Contestant<LoadFigures>(
                    server.Name,
                    (_, token) => load.RunAsync(
                        server.Asked.Address, server.Asked.Request(InstantUpstream.Model, stream), Expected(stream), token))),
            ],
            what => run.Progress($"{(stream ? "stream" : "JSON")}, {connections} connections: {what}"),
            cancellationToken);
    }

    private static void Report(
        BenchRun run,
        string kind,
        IReadOnlyDictionary<string, IReadOnlyList<LoadFigures>> busy,
        IReadOnlyDictionary<string, IReadOnlyList<LoadFigures>> calm,
        string? whyNot)
    {
        foreach (var name in busy.Keys)
            run.Add(BenchRow.Of($"{kind}, {Connections} connections: {name}", Busy(name, figures => figures.PerSecond), "requests/s"));
        if (whyNot is null)
        {
            Compare("requests/s", "requests/s", figures => figures.PerSecond, Target.AtLeast(3));
            Compare("time of a request, p99", "ms", figures => figures.Total.Percentile(0.99), Target.AtMost(1));
        }
        else run.Add(BenchRow.NotMeasured($"{kind}: against {Peer}", "requests/s", whyNot, Target.AtLeast(3)));

        foreach (var name in calm.Keys.Where(name => name != Bare))
        {
            Added(name, "first byte, p50", figures => figures.FirstByte.Median, name == Ours && kind == "stream" ? Target.AtMost(1) : null);
            Added(name, "whole answer, p50", figures => figures.Total.Median, name == Ours ? Target.AtMost(1) : null);
            Added(name, "whole answer, p99", figures => figures.Total.Percentile(0.99), null);
        }

        Samples Busy(string name, Func<LoadFigures, double> figure) => new(busy[name].Select(figure));

        void Compare(string what, string unit, Func<LoadFigures, double> figure, Target target) => run.Add(BenchRow.Compare(
            ($"{kind}, {Connections} connections: {what}", Busy(Ours, figure)), unit, (Peer, Busy(Peer, figure)), target));

        void Added(string name, string what, Func<LoadFigures, double> figure, Target? target) => run.Add(BenchRow.Of(
            $"{kind}, 1 connection: {name} adds to {what}",
            new Samples(calm[name].Zip(calm[Bare], (its, bare) => figure(its) - figure(bare))),
            "ms",
            target));
    }
}

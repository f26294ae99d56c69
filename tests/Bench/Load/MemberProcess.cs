using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Millrace.Bench.Harness;
using Millrace.Bench.Processes;
using Millrace.Contracts.Inference.V1;
using Millrace.ServiceDefaults.Clients;

namespace Millrace.Bench.Load;

/// <summary>What a member is given.</summary>
internal sealed record MemberSettings
{
    /// <summary>The model's file.</summary>
    public required string Model { get; init; }

    /// <summary>Sequences that are decoded together.</summary>
    public required int Slots { get; init; }

    /// <summary>Tokens of one request.</summary>
    public required int ContextTokens { get; init; }

    /// <summary>Cells of the cache; by default as many as all slots can need.</summary>
    public int? KvCells { get; init; }

    /// <summary>Sequences that may wait.</summary>
    public int QueueDepth { get; init; } = 1024;

    /// <summary>Tokens of one step, the same as a raw loop's batch.</summary>
    public const int StepTokens = 512;

    /// <summary>As environment variables.</summary>
    public IEnumerable<KeyValuePair<string, string>> Environment() =>
    [
        new("Inference__Model", Model),
        new("Inference__SlotsMax", $"{Slots}"),
        new("Inference__ContextTokens", $"{ContextTokens}"),
        new("Inference__KvCellsMax", $"{KvCells ?? (Slots * ContextTokens)}"),
        new("Inference__QueueDepthMax", $"{QueueDepth}"),
        new("Inference__StepTokensMax", $"{StepTokens}"),
        new("Inference__ThreadCount", $"{BenchOptions.Threads}"),
    ];
}

/// <summary>A member of the inference pool in a process of its own, with the client that services use.</summary>
internal sealed class MemberProcess : IAsyncDisposable
{
    private readonly ServiceChannels _channels;

    private MemberProcess(ServiceProcess process)
    {
        Process = process;
        _channels = new ServiceChannels(NullLoggerFactory.Instance, TimeProvider.System);
        Client = new(_channels.Invoker("inference", process.Grpc, new ServiceClientOptions()));
    }

    /// <summary>The process.</summary>
    public ServiceProcess Process { get; }

    /// <summary>A client of it.</summary>
    public InferenceService.InferenceServiceClient Client { get; }

    /// <summary>Starts a member and waits until its model is loaded.</summary>
    public static async Task<MemberProcess> StartAsync(MemberSettings settings, CancellationToken cancellationToken) =>
        new(await ServiceProcess.StartAsync("Inference", settings.Environment(), cancellationToken));

    /// <summary>Runs one stream per prompt, all at once.</summary>
    public async Task<LoadResult> RunAsync(IReadOnlyList<int[]> prompts, int tokens, CancellationToken cancellationToken)
    {
        var before = await EngineAsync(cancellationToken);
        var cpu = Process.CpuTime;
        var start = Stopwatch.GetTimestamp();
        var streams = await StreamLoad.RunAsync(Client, prompts, tokens, cancellationToken);
        var elapsed = Stopwatch.GetElapsedTime(start);
        var after = await EngineAsync(cancellationToken);
        return new LoadResult
        {
            Elapsed = elapsed,
            Tokens = streams.Sum(stream => stream.Ids.Count),
            FirstTokenMs = [.. streams.Select(stream => stream.FirstTokenMs)],
            Ids = [.. streams.Select(stream => stream.Ids)],
            CpuTime = Process.CpuTime - cpu,
            Steps = (long)(after.StepsTotal - before.StepsTotal),
            CachedTokens = streams.Sum(stream => (long)stream.CachedTokens),
        };
    }

    /// <summary>What the member says of its only engine; nothing before it is loaded.</summary>
    public async Task<EngineStatus> EngineAsync(CancellationToken cancellationToken)
    {
        var status = await Client.GetStatusAsync(new GetStatusRequest(), cancellationToken: cancellationToken);
        return status.Engines.SingleOrDefault() ?? new EngineStatus();
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _channels.Dispose();
        return Process.DisposeAsync();
    }
}

using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Millrace.Bench.Load;
using Millrace.Bench.Processes;
using Millrace.TestShared;

namespace Millrace.Bench.Affinity;

/// <summary>A real Gateway in front of real members, each in a process of its own, with stand-ins for everything else.</summary>
internal sealed class Pool : IAsyncDisposable
{
    private const int Slots = 16;
    private const int ContextTokens = 2048;

    private readonly List<MemberProcess> _members = [];
    private ServiceUnderTest? _standins;
    private ServiceProcess? _gateway;

    /// <summary>Address of the Gateway's HTTP API.</summary>
    public Uri Http => _gateway?.Http ?? throw new InvalidOperationException("Not started.");

    /// <summary>Starts everything.</summary>
    /// <param name="policy">How the Gateway chooses a member.</param>
    /// <param name="model">The members' model.</param>
    /// <param name="members">How many.</param>
    /// <param name="kvCells">Cells of each member's cache: so few that it matters whose are kept.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async Task<Pool> StartAsync(
        string policy, string model, int members, int kvCells, CancellationToken cancellationToken)
    {
        var pool = new Pool();
        try
        {
            var settings = new MemberSettings { Model = model, Slots = Slots, ContextTokens = ContextTokens, KvCells = kvCells };
            for (var i = 0; i < members; i++) pool._members.Add(await MemberProcess.StartAsync(settings, cancellationToken));
            await pool.StartGatewayAsync(policy, cancellationToken);
            return pool;
        }
        catch
        {
            await pool.DisposeAsync();
            throw;
        }
    }

    /// <summary>Prompt tokens that all members have seen, and how many of them came from their caches.</summary>
    public async Task<(ulong Prompt, ulong Cached)> PromptTokensAsync(CancellationToken cancellationToken)
    {
        var engines = await Task.WhenAll(_members.Select(member => member.EngineAsync(cancellationToken)));
        return (
            engines.Aggregate(0UL, (sum, engine) => sum + engine.PromptTokensTotal),
            engines.Aggregate(0UL, (sum, engine) => sum + engine.CachedTokensTotal));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_gateway is not null) await _gateway.DisposeAsync();
        foreach (var member in _members) await member.DisposeAsync();
        if (_standins is not null) await _standins.DisposeAsync();
    }

    private async Task StartGatewayAsync(string policy, CancellationToken cancellationToken)
    {
        _standins = await ServiceUnderTest.StartAsync(
            builder => builder.Services.AddSingleton<OpenGuardrails>().AddSingleton<NoEncoders>(),
            app =>
            {
                app.MapGrpcService<OpenGuardrails>();
                app.MapGrpcService<NoEncoders>();
            });
        _gateway = await ServiceProcess.StartAsync("Gateway", GatewaySettings(policy), cancellationToken);
    }

    private IEnumerable<KeyValuePair<string, string>> GatewaySettings(string policy)
    {
        yield return new("Gateway__PoolPolicy", policy);
        foreach (var service in new[] { "guardrails", "embedding", "retrieval", "sessions" })
            yield return new($"services__{service}__grpc__0", $"{_standins?.GrpcAddress}");
        for (var i = 0; i < _members.Count; i++) yield return new($"services__inference-{i + 1}__grpc__0", $"{_members[i].Process.Grpc}");
    }
}

using Google.Protobuf;
using Millrace.Contracts.Sessions.V1;
using Millrace.ServiceDefaults.Errors;
using Millrace.Sessions.Tests.Fixtures;
using Millrace.TestShared;

namespace Millrace.Sessions.Tests.Durability;

/// <summary>
/// The service is killed again and again while frames are appended to a run: every acknowledged frame is there once, in order.
/// </summary>
public abstract class RunKillContract
{
    private const int Kills = 8;
    private const string Id = "r";

    /// <summary>What the service is told of its store.</summary>
    protected abstract IEnumerable<(string Name, string Value)> Settings { get; }

    [StoreFact]
    public async Task Append_KilledAgainAndAgain_LosesNoAcknowledgedFrame()
    {
        using var folder = new TemporaryFolder();
        var random = new Random(20261121);
        ulong acknowledged = 1;
        for (var kill = 0; kill < Kills; kill++)
        {
            using var service = await ServiceProcess.StartAsync(folder.Path, Settings);
            if (kill == 0) await service.Runs.BeginRunAsync(new BeginRunRequest { Id = Id, LeaseMs = 60_000, KeepMs = 600_000 });
            acknowledged = await AppendUntilKilledAsync(service, acknowledged, random.Next(1, 40));
        }

        using var survivor = await ServiceProcess.StartAsync(folder.Path, Settings);
        var frames = await ReadAsync(survivor);
        Assert.Equal(Enumerable.Range(1, frames.Count).Select(i => (ulong)i), frames.Select(frame => frame.Sequence));
        Assert.All(frames.Skip(1), frame => Assert.Equal($"frame {frame.Sequence}", frame.Payload.ToStringUtf8()));
        Assert.InRange((ulong)frames.Count, acknowledged, acknowledged + 1);
        Assert.True(acknowledged > Kills);
    }

    private static async Task<ulong> AppendUntilKilledAsync(ServiceProcess service, ulong acknowledged, int count)
    {
        Task killed = Task.CompletedTask;
        try
        {
            for (var sent = 0; ; sent++)
            {
                if (sent == count) killed = service.KillAsync();
                await service.Runs.AppendFramesAsync(Append(acknowledged + 1));
                acknowledged++;
            }
        }
        catch (MillraceException)
        {
            await killed.DefaultTimeout();
            return acknowledged;
        }
    }

    private static AppendFramesRequest Append(ulong sequence) => new()
    {
        Id = Id,
        Fence = 1,
        FirstSequence = sequence,
        LeaseMs = 60_000,
        Frames = { new RunFrame { Kind = RunFrameKind.Event, Payload = ByteString.CopyFromUtf8($"frame {sequence}") } },
    };

    private static async Task<List<RunFrame>> ReadAsync(ServiceProcess service)
    {
        List<RunFrame> frames = [];
        using var reading = service.Runs.ReadRun(new ReadRunRequest { Id = Id, NoFollow = true });
        while (await reading.ResponseStream.MoveNext(default).DefaultTimeout())
            if (reading.ResponseStream.Current.Frames is { } page) frames.AddRange(page.Frames);
        return frames;
    }
}

public sealed class SqliteRunKillTests : RunKillContract
{
    protected override IEnumerable<(string Name, string Value)> Settings => [];
}

[Collection(PostgresServer.Collection)]
public sealed class PostgresRunKillTests(PostgresServer server) : RunKillContract, IAsyncLifetime
{
    protected override IEnumerable<(string Name, string Value)> Settings =>
        [("Sessions__Store__Kind", "Postgres"), ("ConnectionStrings__sessions", server.ConnectionString)];

    public Task InitializeAsync() => server.ClearAsync();

    public Task DisposeAsync() => Task.CompletedTask;
}

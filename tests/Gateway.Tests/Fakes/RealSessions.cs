using Microsoft.Extensions.DependencyInjection;
using Millrace.Sessions;
using Millrace.TestShared;

namespace Millrace.Gateway.Tests.Fakes;

/// <summary>The real session store behind its real wire, for gateways that share it.</summary>
internal sealed class RealSessions : IAsyncDisposable
{
    private readonly TemporaryFolder _folder;
    private readonly ServiceUnderTest _service;

    private RealSessions(TemporaryFolder folder, ServiceUnderTest service) => (_folder, _service) = (folder, service);

    /// <summary>Keeps its calls from ending.</summary>
    public required StuckCalls Stuck { get; init; }

    /// <summary>Breaks off what is read from it.</summary>
    public required BrokenStreams Broken { get; init; }

    /// <summary>The setting by which a gateway finds it.</summary>
    public (string Key, string Value) Setting => ("services:sessions:grpc:0", _service.GrpcAddress.ToString());

    public static async Task<RealSessions> StartAsync(TimeProvider? time = null)
    {
        var folder = new TemporaryFolder();
        var (stuck, broken) = (new StuckCalls(), new BrokenStreams());
        var service = await ServiceUnderTest.StartAsync(
            builder =>
            {
                builder.AddSessions();
                broken.AddTo(stuck.AddTo(builder.Services));
                if (time is not null) builder.Services.AddSingleton(time);
            },
            app => app.MapSessions(),
            ("MILLRACE_DATA_DIR", folder.Path));
        return new RealSessions(folder, service) { Stuck = stuck, Broken = broken };
    }

    public async ValueTask DisposeAsync()
    {
        await _service.DisposeAsync();
        _folder.Dispose();
    }
}

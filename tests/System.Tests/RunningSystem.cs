using Aspire.Hosting;
using Aspire.Hosting.Testing;
using Millrace.TestShared;

namespace Millrace.SystemTests;

/// <summary>One Millrace for all tests of this project: the AppHost's own model on random ports, with data of its own.</summary>
public sealed class RunningSystem : IAsyncLifetime
{
    /// <summary>The assistant that answers from the samples.</summary>
    public const string Assistant = "docs-assistant";

    /// <summary>What the assistant says when the documents do not tell.</summary>
    public const string Refusal = "I don't have enough information to answer that.";

    /// <summary>The members of the inference pool.</summary>
    public static readonly IReadOnlyList<string> Members = ["inference-1", "inference-2"];

    private readonly TemporaryFolder _folder = new();
    private DistributedApplication? _app;
    private ScriptedUpstream? _upstream;

    /// <summary>The application, started.</summary>
    public DistributedApplication App => _app ?? throw new InvalidOperationException("The system is not started.");

    /// <summary>The edge, as an application sees it.</summary>
    public HttpClient Edge { get; private set; } = new();

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        // What the AppHost starts inherits the environment of this process.
        _upstream = await ScriptedUpstream.StartAsync();
        foreach (var (name, value) in _upstream.Settings()) Environment.SetEnvironmentVariable(name, value);
        string[] args =
        [
            $"--Data:Folder={_folder.File("data")}",
            $"--Inference:Replicas={Members.Count}",
            $"--AppHost:LogsFolder={Path.Combine(RepoPaths.Root, ".millrace", "logs", "system-tests")}",
        ];
        var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.AppHost>(args);
        _app = await builder.BuildAsync();
        await _app.StartAsync();
        await HealthyAsync("edge");
        Edge = _app.CreateHttpClient("edge", "http");
    }

    /// <summary>Waits until a resource is healthy.</summary>
    public Task HealthyAsync(string name) => App.HealthyAsync(name);

    /// <summary>The process id of a resource that runs.</summary>
    public Task<int> ProcessIdAsync(string name) => App.ProcessIdAsync(name);

    /// <summary>Waits until a resource whose process ended runs again and the system is well.</summary>
    /// <param name="name">The resource.</param>
    /// <param name="oldPid">Id of the process that ended.</param>
    public async Task RestartedAsync(string name, int oldPid)
    {
        await App.RestartedAsync(name, oldPid);
        await HealthyAsync("edge").DefaultTimeout();
    }

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        Edge.Dispose();
        if (_app is not null) await _app.DisposeAsync();
        if (_upstream is not null) await _upstream.DisposeAsync();
        _folder.Dispose();
    }
}

/// <summary>Tests of this collection share one system and run one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class SystemCollection : ICollectionFixture<RunningSystem>
{
    /// <summary>Name of the collection.</summary>
    public const string Name = "system";
}

using System.Diagnostics;
using Aspire.Hosting;
using Aspire.Hosting.Testing;
using Millrace.ApiKeys;
using Millrace.Cli;
using Millrace.TestShared;

namespace Millrace.SystemTests.Keys;

/// <summary>
/// A Millrace that asks for keys: two tenants, two gateways, and limits that are counted in a Redis of its own where there is one. The keys
/// are made by the command line, as <c>./run keys create</c> does.
/// </summary>
public sealed class KeyedSystem : IAsyncLifetime
{
    private const string RoomyLimits = "1000000000";

    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _keys = [];
    private DistributedApplication? _app;
    private ScriptedUpstream? _upstream;
    private Tenant? _amber;
    private Tenant? _birch;

    /// <summary>The gateways.</summary>
    public static IReadOnlyList<string> Gateways { get; } = ["gateway", "gateway-2"];

    /// <summary>The application, started.</summary>
    public DistributedApplication App => _app ?? throw new InvalidOperationException("The system is not started.");

    /// <summary>Where the edge is.</summary>
    public Uri Edge => App.GetEndpoint("edge", "http");

    /// <summary>Where the limits are counted.</summary>
    internal KillableRedis Redis { get; } = new();

    /// <summary>One tenant.</summary>
    internal Tenant Amber => _amber ?? throw new InvalidOperationException("The system is not started.");

    /// <summary>The other.</summary>
    internal Tenant Birch => _birch ?? throw new InvalidOperationException("The system is not started.");

    private static string LogsFolder => Path.Combine(RepoPaths.Root, ".millrace", "logs", "keyed-system-tests");

    private string KeysFile => Path.Combine(_folder.File("data"), "edge", FileKeyStore.FileName);

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        if (Directory.Exists(LogsFolder)) Directory.Delete(LogsFolder, recursive: true);
        _upstream = await ScriptedUpstream.StartAsync();
        foreach (var (name, value) in _upstream.Settings()) Environment.SetEnvironmentVariable(name, value);
        var (amber, birch) = (await MakeKeyAsync("amber-works"), await MakeKeyAsync("birch-mill"));
        await Redis.StartAsync();
        var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.AppHost>([.. Arguments()]);
        _app = await builder.BuildAsync();
        await _app.StartAsync();
        await _app.HealthyAsync("edge");

        _amber = new Tenant("amber-works", "amber7f3a2c", amber, Tenant.Client(Edge, amber));
        _birch = new Tenant("birch-mill", "birch91d0e4", birch, Tenant.Client(Edge, birch));
        await Amber.MakeCollectionAsync();
        await Birch.MakeCollectionAsync();
    }

    /// <summary>Makes a key with the command line.</summary>
    /// <param name="tenant">Whose data it opens.</param>
    /// <param name="options">Further options, such as <c>--scopes</c>.</param>
    /// <returns>Its text.</returns>
    public async Task<string> MakeKeyAsync(string tenant, params string[] options)
    {
        await using var output = new StringWriter();
        string[] limits = ["--requests-per-minute", RoomyLimits, "--tokens-per-minute", RoomyLimits];
        var code = await CommandLine.RunAsync(
            ["keys", "create", "--name", $"of {tenant}", "--tenant", tenant, "--file", KeysFile, .. limits, .. options],
            output,
            CancellationToken.None);
        Assert.True(code == 0, output.ToString());
        return Remember(output.ToString().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
            .Single(word => KeyText.TryReadId(word, out _)));
    }

    /// <summary>A key that ended an hour ago.</summary>
    public string MakeExpiredKey(string tenant)
    {
        var draft = new KeyDraft { Name = "ended", Tenant = tenant, Lifetime = TimeSpan.FromHours(1) };
        var (key, text) = draft.Create(TimeProvider.System.GetUtcNow().AddHours(-2));
        new FileKeyStore(KeysFile).Change(keys => [.. keys, key]);
        return Remember(text);
    }

    /// <summary>Kills the process of a service, as <c>kill -9</c> does.</summary>
    /// <returns>The id that it had.</returns>
    public async Task<int> KillAsync(string service)
    {
        var pid = await App.ProcessIdAsync(service);
        Process.GetProcessById(pid).Kill();
        return pid;
    }

    /// <summary>Asserts that no process of the system ever logged a key, whole or its secret alone.</summary>
    public void AssertNoKeyIsLogged()
    {
        var files = Directory.GetFiles(LogsFolder, "*.log");
        Assert.All(Gateways.Append("edge"), name => Assert.Contains(Path.Combine(LogsFolder, $"{name}.log"), files));
        foreach (var file in files)
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var reader = new StreamReader(stream);
            var text = reader.ReadToEnd();
            Assert.DoesNotContain(_keys, key => text.Contains(key[^KeyText.SecretChars..], StringComparison.Ordinal));
        }
    }

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        _amber?.Dispose();
        _birch?.Dispose();
        if (_app is not null) await _app.DisposeAsync();
        if (_upstream is not null) await _upstream.DisposeAsync();
        Redis.Dispose();
        _folder.Dispose();
    }

    private List<string> Arguments()
    {
        List<string> arguments =
        [
            $"--Data:Folder={_folder.File("data")}", "--Seeding:Folder=", $"--Gateway:Replicas={Gateways.Count}",
            $"--AppHost:LogsFolder={LogsFolder}",
        ];
        if (KillableRedis.Program is not null) arguments.AddRange(["--Stores:Limits=redis", $"--ConnectionStrings:redis={Redis.Address}"]);
        return arguments;
    }

    private string Remember(string key)
    {
        _keys.Add(key);
        return key;
    }
}

/// <summary>Tests of this collection share one system and run one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class KeyedCollection : ICollectionFixture<KeyedSystem>
{
    /// <summary>Name of the collection.</summary>
    public const string Name = "keyed system";
}

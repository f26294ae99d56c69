using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;

namespace Millrace.Aspire.Standins.Tests;

/// <summary>An application of fixture services, in a folder of its own that goes with it.</summary>
internal sealed class TestApp : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("standins-");

    public TestApp(params string[] args) => Builder = DistributedApplicationTestingBuilder.Create(
        [.. args, $"--AppHost:LogsFolder={Path.Combine(_folder.FullName, "logs")}"]);

    public static string RepositoryFolder { get; } = FindRepositoryFolder();

    public static string ServiceProject { get; } = Path.Combine(
        RepositoryFolder, "tests", "Aspire.Standins.Tests", "Fixtures", "StandinService", "StandinService.csproj");

    public IDistributedApplicationTestingBuilder Builder { get; }

    public DistributedApplication App => field ??= Builder.Build();

    /// <summary>A path in the folder of this application.</summary>
    public string PathOf(string name) => Path.Combine(_folder.FullName, name);

    /// <summary>A fixture service with a checked http endpoint.</summary>
    public IResourceBuilder<ProjectResource> AddService(string name) =>
        Builder.AddProject(name, ServiceProject).WithHttpEndpoint().WithHttpHealthCheck("/health");

    public Task StartAsync() => App.StartAsync().WaitAsync(Poll.TimeMax);

    public Task<ResourceEvent> HealthyAsync(string name) =>
        App.ResourceNotifications.WaitForResourceHealthyAsync(name).WaitAsync(Poll.TimeMax);

    public Task<ResourceEvent> WhenAsync(string name, Func<CustomResourceSnapshot, bool> condition) =>
        App.ResourceNotifications.WaitForResourceAsync(name, change => condition(change.Snapshot)).WaitAsync(Poll.TimeMax);

    public Task StateAsync(string name, string state) =>
        App.ResourceNotifications.WaitForResourceAsync(name, state).WaitAsync(Poll.TimeMax);

    public async ValueTask DisposeAsync()
    {
        await App.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private static string FindRepositoryFolder()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "global.json"))) folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("The tests do not run inside the repository.");
    }
}

internal static class ResourceEventExtensions
{
    public static int Pid(this ResourceEvent change) => (int)change.Property("executable.pid")!;

    public static object? Property(this ResourceEvent change, string name) =>
        change.Snapshot.Properties.Single(property => property.Name == name).Value;
}

using System.Reflection;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting.Testing;

/// <summary>An application under test, composed by the AppHost's own entry point and changeable until it is built.</summary>
public interface IDistributedApplicationTestingBuilder : IDistributedApplicationBuilder, IAsyncDisposable
{
    Task<DistributedApplication> BuildAsync(CancellationToken cancellationToken = default);
}

/// <summary>Runs an AppHost's real entry point in this process, up to the moment at which it builds the application.</summary>
public static class DistributedApplicationTestingBuilder
{
    public static Task<IDistributedApplicationTestingBuilder> CreateAsync<TEntryPoint>(CancellationToken cancellationToken = default)
        where TEntryPoint : class => CreateAsync<TEntryPoint>([], cancellationToken);

    public static Task<IDistributedApplicationTestingBuilder> CreateAsync<TEntryPoint>(
        string[] args, CancellationToken cancellationToken = default)
        where TEntryPoint : class => CreateAsync(typeof(TEntryPoint), args, cancellationToken);

    public static Task<IDistributedApplicationTestingBuilder> CreateAsync(Type entryPoint, CancellationToken cancellationToken = default) =>
        CreateAsync(entryPoint, [], cancellationToken);

    /// <summary>Takes any type of the AppHost's assembly and the AppHost's command line.</summary>
    public static async Task<IDistributedApplicationTestingBuilder> CreateAsync(
        Type entryPoint, string[] args, CancellationToken cancellationToken = default)
    {
        var main = entryPoint.Assembly.EntryPoint
            ?? throw new InvalidOperationException($"Assembly '{entryPoint.Assembly.FullName}' has no entry point.");
        var interception = new EntryPointInterception(options => Configure(options, entryPoint.Assembly));
        var builder = await interception.RunAsync(() => Invoke(main, args)).WaitAsync(cancellationToken);
        return new TestingBuilder(WithTestDefaults(builder));
    }

    /// <summary>An empty builder, for a test that composes its own application.</summary>
    public static IDistributedApplicationTestingBuilder Create(params string[] args)
    {
        var options = new DistributedApplicationOptions { Args = args };
        Configure(options, Assembly.GetCallingAssembly());
        return new TestingBuilder(WithTestDefaults(new DistributedApplicationBuilder(options)));
    }

    private static void Configure(DistributedApplicationOptions options, Assembly appHost)
    {
        options.AssemblyName ??= appHost.GetName().Name;
        options.DisableDashboard = true;
        options.EnableResourceLogging = true;
    }

    private static DistributedApplicationBuilder WithTestDefaults(DistributedApplicationBuilder builder)
    {
        builder.Configuration["DcpPublisher:RandomizePorts"] ??= "true";
        builder.Configuration["AppHost:ResourceTable"] ??= "false";
        return builder;
    }

    private static void Invoke(MethodInfo main, string[] args) => main.Invoke(
        null, BindingFlags.DoNotWrapExceptions, null, main.GetParameters().Length == 0 ? null : [args], null);

    private sealed class TestingBuilder(DistributedApplicationBuilder inner) : IDistributedApplicationTestingBuilder
    {
        private DistributedApplication? _application;

        public ConfigurationManager Configuration => inner.Configuration;

        public string AppHostDirectory => inner.AppHostDirectory;

        public Assembly? AppHostAssembly => inner.AppHostAssembly;

        public IHostEnvironment Environment => inner.Environment;

        public IServiceCollection Services => inner.Services;

        public DistributedApplicationExecutionContext ExecutionContext => inner.ExecutionContext;

        public IResourceCollection Resources => inner.Resources;

        public IDistributedApplicationEventing Eventing => inner.Eventing;

        public IResourceBuilder<T> AddResource<T>(T resource) where T : IResource => inner.AddResource(resource);

        public IResourceBuilder<T> CreateResourceBuilder<T>(T resource) where T : IResource => inner.CreateResourceBuilder(resource);

        public DistributedApplication Build() => _application ??= inner.BuildNow();

        public Task<DistributedApplication> BuildAsync(CancellationToken cancellationToken) => Task.FromResult(Build());

        public async ValueTask DisposeAsync()
        {
            if (_application is not null) await _application.DisposeAsync();
        }
    }
}

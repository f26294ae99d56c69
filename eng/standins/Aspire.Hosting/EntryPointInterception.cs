using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting;

/// <summary>
/// Lets a test run an AppHost's real entry point up to <c>Build()</c>: the options may be changed before the builder exists, the composed
/// builder is handed over, and the entry point ends there by <see cref="HostAbortedException"/>.
/// </summary>
internal sealed class EntryPointInterception(Action<DistributedApplicationOptions> configure)
{
    private static readonly AsyncLocal<EntryPointInterception?> Ambient = new();

    private readonly TaskCompletionSource<DistributedApplicationBuilder> _built = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public static EntryPointInterception? Current
    {
        get => Ambient.Value;
        set => Ambient.Value = value;
    }

    public void Creating(DistributedApplicationOptions options) => configure(options);

    public void Built(DistributedApplicationBuilder builder)
    {
        _built.TrySetResult(builder);
        throw new HostAbortedException();
    }

    /// <summary>Runs the entry point on a thread of its own and returns the builder that it composed.</summary>
    public Task<DistributedApplicationBuilder> RunAsync(Action entryPoint)
    {
        new Thread(() => Run(entryPoint)) { IsBackground = true, Name = "AppHost entry point" }.Start();
        return _built.Task;
    }

    private void Run(Action entryPoint)
    {
        Current = this;
        try
        {
            entryPoint();
            _built.TrySetException(new InvalidOperationException("The entry point exited without building an application."));
        }
        catch (HostAbortedException)
        {
        }
        catch (Exception exception)
        {
            _built.TrySetException(exception);
        }
    }
}

using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace Millrace.Edge.Configuration;

/// <summary>
/// Settings that may change while the edge runs. A change that is not valid is told in the log and changes nothing, where the framework's
/// own monitor would fail every request that reads it.
/// </summary>
internal sealed class LiveOptions<TOptions> : IDisposable
    where TOptions : class
{
    private readonly IOptionsFactory<TOptions> _factory;
    private readonly ILogger<LiveOptions<TOptions>> _logger;
    private readonly IDisposable _changes;
    private volatile TOptions _value;
    private Action? _changed;

    /// <summary>Reads the settings.</summary>
    /// <exception cref="OptionsValidationException">They are not valid.</exception>
    public LiveOptions(IOptionsFactory<TOptions> factory, IConfiguration configuration, ILogger<LiveOptions<TOptions>> logger)
    {
        (_factory, _logger) = (factory, logger);
        _value = factory.Create(Options.DefaultName);
        _changes = ChangeToken.OnChange(configuration.GetReloadToken, Reload);
    }

    /// <summary>The settings as they are now.</summary>
    public TOptions Value => _value;

    /// <summary>Calls somebody whenever the configuration has changed, these settings or others.</summary>
    public void OnChange(Action changed) => _changed += changed;

    /// <inheritdoc/>
    public void Dispose() => _changes.Dispose();

    private void Reload()
    {
        try
        {
            _value = _factory.Create(Options.DefaultName);
        }
        catch (Exception error) when (error is OptionsValidationException or InvalidOperationException)
        {
            EdgeLog.SettingsNotApplied(_logger, error.Message);
            return;
        }

        _changed?.Invoke();
    }
}

using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Millrace.Guardrails.Checks;
using Millrace.Guardrails.Evidence;
using Millrace.Guardrails.Policies;
using Millrace.Guardrails.Pseudonyms;
using Millrace.Guardrails.Telemetry;
using Millrace.ServiceDefaults.Configuration;

namespace Millrace.Guardrails.Tests;

/// <summary>A guard over settings that can be changed while it runs.</summary>
internal sealed class GuardUnderTest : IDisposable
{
    private readonly ServiceProvider _services;
    private readonly IConfigurationRoot _configuration;

    /// <summary>Creates a guard.</summary>
    /// <param name="settings">Settings below <c>Guardrails</c>, such as <c>("Policies:default:DryRun", "true")</c>.</param>
    public GuardUnderTest(params IEnumerable<(string Key, string Value)> settings)
    {
        _configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(pair => KeyValuePair.Create(Path(pair.Key), (string?)pair.Value)))
            .Build();
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(_configuration);
        services.AddMetrics().AddLogging(logging => logging.AddProvider(Logs));
        services.AddValidatedOptions<GuardrailsOptions>(GuardrailsOptions.Section);
        services.AddSingleton<GuardrailsMetrics>().AddSingleton<PolicyCatalog>().AddSingleton<ServiceKey>();
        services.AddSingleton<FindingReporter>().AddSingleton<Guard>();
        _services = services.BuildServiceProvider();
    }

    public Guard Guard => _services.GetRequiredService<Guard>();

    public PolicyCatalog Policies => _services.GetRequiredService<PolicyCatalog>();

    public LinesLogged Logs { get; } = new();

    public CheckResult Input(params string[] texts) => Guard.CheckInput(new InputCheck("acme", "", texts));

    public string Output(string text) => Guard.CheckOutput(new OutputContext("acme", ""), text).Texts[0].Text;

    /// <summary>Changes settings, as a file that is written again does.</summary>
    public void Change(params IEnumerable<(string Key, string Value)> settings)
    {
        foreach (var (key, value) in settings) _configuration[Path(key)] = value;
        _configuration.Reload();
    }

    public void Dispose() => _services.Dispose();

    private static string Path(string key) => $"{GuardrailsOptions.Section}:{key}";
}

/// <summary>Everything that was logged.</summary>
internal sealed class LinesLogged : ILoggerProvider, ILogger
{
    private readonly List<string> _lines = [];

    public string Text
    {
        get
        {
            lock (_lines) return string.Join('\n', _lines);
        }
    }

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        lock (_lines) _lines.Add($"{eventId.Name}: {formatter(state, exception)}");
    }

    public void Dispose()
    {
    }
}

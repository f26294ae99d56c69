using System.Collections;
using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Millrace.TestShared;

/// <summary>Collects what is logged at Error or above.</summary>
public sealed class ErrorLogs : ILoggerProvider, IReadOnlyCollection<string>
{
    private readonly ConcurrentQueue<string> _entries = new();

    /// <inheritdoc/>
    public int Count => _entries.Count;

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => new Collector(categoryName, _entries);

    /// <inheritdoc/>
    public IEnumerator<string> GetEnumerator() => _entries.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private sealed class Collector(string category, ConcurrentQueue<string> entries) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel)) entries.Enqueue($"{category}: {formatter(state, exception)} {exception}");
        }
    }
}

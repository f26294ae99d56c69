using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Millrace.LlamaCpp.Logging;

namespace Millrace.LlamaCpp.Tests.Logging;

[Collection(ModelTests.Name)]
public sealed class NativeLogTests : IDisposable
{
    private readonly RecordingLoggers _loggers = new();

    public NativeLogTests() => LlamaRuntime.Initialize(_loggers);

    [Fact]
    public void Load_OfAModel_IsReportedAtDebug()
    {
        using var model = LlamaModel.Load(Repository.ChatModel);

        var report = _loggers.Lines.Where(line => line.Level == LogLevel.Debug);
        Assert.Contains(report, line => line.Text.Contains("tiny-rag-chat", StringComparison.Ordinal));
        Assert.DoesNotContain(_loggers.Lines, line => line.Level >= LogLevel.Error);
        Assert.DoesNotContain(_loggers.Lines, line => line.Text.Contains('\n'));
    }

    [Fact]
    public void Append_Fragments_AreJoinedToOneLineAtTheirFirstLevel()
    {
        NativeLog.Append(3, "loading ");
        NativeLog.Append(5, "two ");
        NativeLog.Append(5, "parts\nand the next");
        NativeLog.Append(5, " line\n");

        Assert.Equal([(LogLevel.Warning, "loading two parts"), (LogLevel.Warning, "and the next line")], _loggers.Lines);
    }

    [Theory]
    [InlineData(1, LogLevel.Trace)]
    [InlineData(2, LogLevel.Debug)]
    [InlineData(3, LogLevel.Warning)]
    [InlineData(4, LogLevel.Error)]
    public void Append_NativeLevel_IsMapped(int nativeLevel, LogLevel level)
    {
        NativeLog.Append(nativeLevel, "text\n");

        Assert.Equal([(level, "text")], _loggers.Lines);
    }

    [Fact]
    public void Append_ErrorLine_ExplainsTheNextFailure()
    {
        NativeLog.Append(4, "no such tensor\n");
        Assert.Equal(" (no such tensor)", NativeLog.Explanation());

        NativeLog.ForgetError();
        Assert.Equal("", NativeLog.Explanation());
    }

    [Theory]
    [InlineData(true, LogLevel.Debug)]
    [InlineData(false, LogLevel.Warning)]
    public void CreateContext_LongerThanTheModelsTraining_WarnsUnlessSequencesShareIt(bool shared, LogLevel level)
    {
        using var model = LlamaModel.Load(Repository.ChatModel);
        var options = new LlamaContextOptions { ContextTokens = 4 * model.Metadata.ContextTokensTrained };

        using var context = model.CreateContext(shared ? options with { SequencesMax = 4, UnifiedCache = true } : options);

        var line = Assert.Single(_loggers.Lines, line => line.Text.Contains("> n_ctx_train", StringComparison.Ordinal));
        Assert.Equal(level, line.Level);
    }

    [Fact]
    public void Append_EndlessLine_IsCut()
    {
        NativeLog.Append(2, new string('x', 10_000) + "\n");

        Assert.Equal(4096, Assert.Single(_loggers.Lines).Text.Length);
    }

    public void Dispose()
    {
        LlamaRuntime.Initialize(NullLoggerFactory.Instance);
        _loggers.Dispose();
    }

    private sealed class RecordingLoggers : ILoggerFactory, ILogger
    {
        public List<(LogLevel Level, string Text)> Lines { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (Lines) Lines.Add((logLevel, formatter(state, exception)));
        }

        public void Dispose()
        {
        }
    }
}

using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using Millrace.Inference.Configuration;
using Millrace.Inference.Models.Memory;
using Millrace.LlamaCpp;
using Millrace.LlamaCpp.Gguf;
using Millrace.TestShared;
using Xunit.Abstractions;

namespace Millrace.Inference.Tests.Models.Memory;

/// <summary>The library's log is one for the process, so that nothing else may load a model meanwhile.</summary>
[CollectionDefinition(nameof(MemoryEstimatorTests), DisableParallelization = true)]
public sealed class AloneInTheProcess;

/// <summary>The estimate against the buffers that llama.cpp says it has allocated.</summary>
[Collection(nameof(MemoryEstimatorTests))]
public sealed class MemoryEstimatorTests(ITestOutputHelper output) : IDisposable
{
    private const double Tolerance = 0.15;

    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData(8, 16384, "f16", 512)]
    [InlineData(1, 2048, "f16", 512)]
    [InlineData(16, 4096, "q8_0", 256)]
    public void Estimate_BuiltInModel_IsWhatTheLibraryAllocates(int slots, int cells, string type, int step) =>
        AssertEstimate(Path.Combine(RepoPaths.Models, "tiny-rag-chat.gguf"), Options(slots, cells, type, step));

    [Theory]
    [InlineData(8, 16384, "f16", 512)]
    [InlineData(4, 32768, "q4_0", 512)]
    public void Estimate_GroupedQueries_IsWhatTheLibraryAllocates(int slots, int cells, string type, int step) =>
        AssertEstimate(new SyntheticModel().Write(_folder.File("grouped.gguf")), Options(slots, cells, type, step));

    [Fact]
    public void Estimate_WideHeadsAndManyLayers_IsWhatTheLibraryAllocates()
    {
        var model = new SyntheticModel
        {
            Layers = 12, Width = 256, Heads = 4, KvHeads = 4, HeadSize = 128, FeedForward = 4096, Vocabulary = 1000, ContextTokens = 8192,
        };

        AssertEstimate(model.Write(_folder.File("wide.gguf")), Options(8, 16384, "f32", 512));
    }

    [Fact]
    public void Estimate_NoFlashAttention_IsWhatTheLibraryAllocates()
    {
        var options = Options(4, 8192, "f16", 512);
        options.FlashAttention = "off";

        AssertEstimate(new SyntheticModel().Write(_folder.File("plain.gguf")), options);
    }

    public void Dispose() => _folder.Dispose();

    private static InferenceOptions Options(int slots, int cells, string type, int step) => new()
    {
        SlotsMax = slots, KvCellsMax = cells, KeyCacheType = type, ValueCacheType = type, StepTokensMax = step, ThreadCount = 1,
    };

    private void AssertEstimate(string path, InferenceOptions options)
    {
        var settings = ModelSettings.Of(options, "model");
        var estimate = MemoryEstimator.Estimate(ModelShape.Of(GgufHeader.Read(path)), settings);
        var buffers = Allocate(path, settings);
        foreach (var (name, bytes) in buffers) output.WriteLine($"{name}: {MemoryEstimate.Text(bytes)}");
        output.WriteLine(estimate.ToString());

        long Sum(string kind) => buffers.Where(buffer => buffer.Name.Contains(kind, StringComparison.Ordinal)).Sum(buffer => buffer.Bytes);
        AssertClose(Sum("model"), estimate.Weights);
        AssertClose(Sum("KV"), estimate.Cache);
        AssertClose(buffers.Sum(buffer => buffer.Bytes), estimate.Total - estimate.Kept);
    }

    private static void AssertClose(long actual, long estimated) =>
        Assert.InRange(estimated, (long)(actual * (1 - Tolerance)), (long)(actual * (1 + Tolerance)));

    private static List<(string Name, long Bytes)> Allocate(string path, ModelSettings settings)
    {
        using var log = new LogLines();
        using var loggers = LoggerFactory.Create(builder => builder.SetMinimumLevel(LogLevel.Trace).AddProvider(log));
        LlamaRuntime.Initialize(loggers);
        using (var model = LlamaModel.Load(path, settings.Loading))
        using (model.CreateContext(settings.ContextFor(model.Metadata.ContextTokensTrained, canCut: true)))
        {
        }

        return [.. log.Lines.Select(line => Regex.Match(line, @"(\w+ +buffer) size *= *([\d.]+) MiB"))
            .Where(match => match.Success)
            .Select(match => (match.Groups[1].Value, Bytes(match.Groups[2].Value)))];
    }

    private static long Bytes(string mebibytes) => (long)(double.Parse(mebibytes, CultureInfo.InvariantCulture) * (1 << 20));

    private sealed class LogLines : ILoggerProvider, ILogger
    {
        public List<string> Lines { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (Lines) Lines.Add(formatter(state, exception));
        }

        public void Dispose()
        {
        }
    }
}

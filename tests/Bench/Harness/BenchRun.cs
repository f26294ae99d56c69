using Microsoft.Extensions.Logging.Abstractions;
using Millrace.LlamaCpp;
using Millrace.TestShared;

namespace Millrace.Bench.Harness;

/// <summary>One run of one bench: what it may use, and where its results go.</summary>
internal sealed class BenchRun(BenchOptions options, string folder, TextWriter output)
{
    private readonly List<BenchRow> _rows = [];

    /// <summary>What was asked for.</summary>
    public BenchOptions Options { get; } = options;

    /// <summary>The folder for results, generated models and peers.</summary>
    public string Folder { get; } = folder;

    /// <summary>The native library, in this process.</summary>
    public LlamaRuntime Runtime { get; } = LlamaRuntime.Initialize(NullLoggerFactory.Instance);

    /// <summary>The results so far.</summary>
    public IReadOnlyList<BenchRow> Rows => _rows;

    /// <summary>The built-in model: real, and so small that everything beside its computation shows.</summary>
    public static BenchModel TinyModel { get; } = new("tiny", Path.Combine(RepoPaths.Models, "tiny-rag-chat.gguf"), IsJudged: false);

    /// <summary>The models to measure with: the built-in one, and the one that the targets are judged on.</summary>
    public IReadOnlyList<BenchModel> Models => Options.Gpu ? [JudgedModel] : [TinyModel, JudgedModel];

    /// <summary>The random model on which the targets are judged: of a size that a machine like this would serve.</summary>
    public BenchModel JudgedModel => Random(
        Options.Quick ? RandomModelShape.OneMillion : Options.Gpu ? RandomModelShape.EightBillion : RandomModelShape.SixtyMillion);

    /// <summary>Tells what happens now.</summary>
    public void Progress(string what) => output.WriteLine($"  {what}");

    /// <summary>Adds a result and tells it.</summary>
    public void Add(BenchRow row)
    {
        _rows.Add(row);
        output.WriteLine($"  = {ResultTable.Line(row)}");
    }

    private BenchModel Random(RandomModelShape shape)
    {
        var path = RandomModel.Ensure(Path.Combine(Folder, "models"), shape);
        return new BenchModel(shape.Name, path, IsJudged: true);
    }
}

/// <summary>A model to measure with.</summary>
/// <param name="Name">What results call it.</param>
/// <param name="Path">Its file.</param>
/// <param name="IsJudged">Whether targets are judged on it.</param>
internal sealed record BenchModel(string Name, string Path, bool IsJudged)
{
    /// <summary>The target, where it is judged.</summary>
    public Target? Judge(Target target) => IsJudged ? target : null;
}

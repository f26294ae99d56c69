using Microsoft.Extensions.Logging.Abstractions;
using Millrace.LlamaCpp;
using Millrace.LlamaCpp.Gguf;
using Millrace.TestShared;

namespace Millrace.Bench.Tests;

[Collection(nameof(BenchTests))]
public sealed class RandomModelTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public RandomModelTests() => LlamaRuntime.Initialize(NullLoggerFactory.Instance);

    [Theory]
    [InlineData(GgufElement.F32)]
    [InlineData(GgufElement.F16)]
    [InlineData(GgufElement.Q4)]
    [InlineData(GgufElement.Q8)]
    public void Ensure_EveryElementType_LoadsAndComputesFiniteNumbers(GgufElement element)
    {
        var shape = RandomModelShape.OneMillion with { Element = element };
        using var model = LlamaModel.Load(RandomModel.Ensure(_folder.Path, shape));
        using var context = model.CreateContext(new LlamaContextOptions { ContextTokens = 256, Threads = 1, BatchThreads = 1 });
        var batch = new LlamaBatch(8);
        for (var i = 0; i < 8; i++) batch.Add(new LlamaToken(1000 + i), i, new LlamaSequenceId(0), output: i == 7);

        Assert.Equal(DecodeResult.Ok, context.Decode(batch));

        var logits = context.GetLogits(7).ToArray();
        Assert.Equal(shape.Parameters, model.Metadata.Parameters);
        Assert.DoesNotContain(logits, logit => !float.IsFinite(logit));
        Assert.InRange(Deviation(logits), 0.2, 5);
    }

    [Fact]
    public void Ensure_Vocabulary_SpellsTextsAndKeepsBytes()
    {
        using var model = LlamaModel.Load(RandomModel.Ensure(_folder.Path, RandomModelShape.OneMillion));

        var tokens = model.Vocab.Tokenize("old mill ü");

        Assert.Equal("old mill ü", model.Vocab.Detokenize(tokens).TrimStart());
        Assert.InRange(tokens.Length, 4, 9);
        Assert.True(model.Vocab.IsEndOfGeneration(new LlamaToken(2)));
    }

    [Fact]
    public void Ensure_SecondTime_WritesNothing()
    {
        var path = RandomModel.Ensure(_folder.Path, RandomModelShape.OneMillion);
        File.SetLastWriteTimeUtc(path, DateTime.UnixEpoch);

        Assert.Equal(path, RandomModel.Ensure(_folder.Path, RandomModelShape.OneMillion));
        Assert.Equal(DateTime.UnixEpoch, File.GetLastWriteTimeUtc(path));
    }

    [Fact]
    public void Ensure_AnotherShape_IsAnotherFile() => Assert.NotEqual(
        RandomModel.Ensure(_folder.Path, RandomModelShape.OneMillion),
        RandomModel.Ensure(_folder.Path, RandomModelShape.OneMillion with { Layers = 1 }));

    [Fact]
    public void Parameters_OfSixtyMillion_AreThatMany() => Assert.InRange(RandomModelShape.SixtyMillion.Parameters, 60_000_000, 66_000_000);

    [Fact]
    public void Parameters_OfEightBillion_AreThoseOfItsArchitecture() =>
        Assert.Equal(8_030_261_248, RandomModelShape.EightBillion.Parameters);

    [Fact]
    public void Write_Header_DeclaresWhatTheFileHolds()
    {
        var header = GgufHeader.Read(RandomModel.Ensure(_folder.Path, RandomModelShape.OneMillion));

        Assert.Equal("llama", header.Architecture);
        Assert.Equal(3 + (9 * 2), header.TensorCount);
        Assert.Equal(header.RequiredBytes, header.FileBytes);
    }

    [Fact]
    public void Add_ColumnsThatAreNoWholeBlocks_AreRefused() => Assert.Throws<ArgumentException>(
        () => new GgufWriter().Add(new GgufTensor("a", GgufElement.Q8, 33, 2, _ => { })));

    public void Dispose() => _folder.Dispose();

    private static double Deviation(float[] values)
    {
        var mean = values.Average();
        return Math.Sqrt(values.Average(value => (value - mean) * (value - mean)));
    }
}

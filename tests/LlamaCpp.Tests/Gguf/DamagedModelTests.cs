namespace Millrace.LlamaCpp.Tests.Gguf;

/// <summary>The library trusts much of what a file says; what gets through to it must not end the process.</summary>
[Collection(ModelTests.Name)]
public sealed class DamagedModelTests : IDisposable
{
    private const int Rounds = 60;
    private const int HeadBytes = 960;
    private const int TensorsFrom = 250_000;

    private readonly TemporaryFolder _folder = new();
    private readonly byte[] _model = File.ReadAllBytes(Repository.ChatModel);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Load_DamagedHead_IsRefusedOrWorks(int seed)
    {
        var random = new Random(seed);
        for (var i = 0; i < Rounds; i++)
        {
            byte[] damaged = [.. _model];
            var tensors = damaged.AsSpan().LastIndexOf("blk.5"u8);
            for (var j = 0; j <= random.Next(3); j++)
            {
                var at = random.Next(2) == 0 ? random.Next(24, HeadBytes) : random.Next(Math.Min(TensorsFrom, tensors), tensors);
                damaged[at] = random.Next(3) switch { 0 => 0, 1 => byte.MaxValue, _ => (byte)random.Next(256) };
            }

            var path = _folder.Write("damaged.gguf", damaged);
            var failure = Record.Exception(() => Use(path));
            if (failure is not null) Assert.IsType<LlamaException>(failure);
        }
    }

    [Fact]
    public void Load_TensorWithADimensionOfZero_IsRefused()
    {
        var name = "blk.3.attn_v.weight"u8;
        _model[_model.AsSpan().LastIndexOf(name) + name.Length + sizeof(int) + sizeof(long) + 1] = 0;

        var failure = Assert.Throws<LlamaException>(() => Use(_folder.Write("zero.gguf", _model)));

        Assert.Equal(LlamaFailure.FileInvalid, failure.Failure);
        Assert.Contains("dimension of 0", failure.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private static void Use(string path)
    {
        using var model = LlamaModel.Load(path);
        using var context = model.CreateContext(new() { ContextTokens = 64 });
        var batch = new LlamaBatch(64);
        batch.AddPrompt(model.Vocab.Tokenize("Study rooms"), new(0));
        context.Decode(batch);
    }
}

using System.Numerics.Tensors;

namespace Millrace.LlamaCpp.Tests;

[Collection(ModelTests.Name)]
public sealed class LlamaAdapterTests(Models models) : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly LlamaContext _context = models.Chat.CreateContext(new() { ContextTokens = 256 });

    [Fact]
    public void SetAdapters_OneAdapter_ChangesTheLogitsUntilItIsTakenAway()
    {
        using var adapter = models.Chat.LoadAdapter(LoraFile.Write(_folder.File("one.gguf")));
        var plain = Logits();

        _context.SetAdapters((adapter, 1f));
        var adapted = Logits();
        _context.SetAdapters();

        Assert.True(TensorPrimitives.Distance(plain, adapted) > 1f);
        Assert.Equal(plain, Logits());
    }

    [Fact]
    public void SetAdapters_ScaleZero_ChangesNothing()
    {
        using var adapter = models.Chat.LoadAdapter(LoraFile.Write(_folder.File("zero.gguf")));
        var plain = Logits();

        _context.SetAdapters((adapter, 0f));

        Assert.True(TensorPrimitives.Distance(plain, Logits()) < 0.01f);
    }

    [Fact]
    public void Dispose_WhileInUse_LeavesTheContextWorking()
    {
        var adapter = models.Chat.LoadAdapter(LoraFile.Write(_folder.File("used.gguf")));
        _context.SetAdapters((adapter, 1f));
        var adapted = Logits();

        adapter.Dispose();
        adapter.Dispose();

        Assert.Equal(adapted, Logits());
    }

    [Fact]
    public void Load_ForAnotherArchitecture_IsRefused()
    {
        var path = LoraFile.Write(_folder.File("bert.gguf"), architecture: "bert");

        var failure = Assert.Throws<LlamaException>(() => models.Chat.LoadAdapter(path));

        Assert.Equal(LlamaFailure.LoadFailed, failure.Failure);
        Assert.Contains("architecture bert", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_ForAnotherWidth_IsRefusedWithTheLibrarysReason()
    {
        var path = LoraFile.Write(_folder.File("wide.gguf"), width: 128);

        var failure = Assert.Throws<LlamaException>(() => models.Chat.LoadAdapter(path));

        Assert.Equal(LlamaFailure.LoadFailed, failure.Failure);
        Assert.Contains(path, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void SetAdapters_OfAnotherModel_IsRefused()
    {
        using var other = LlamaModel.Load(Repository.ChatModel);
        using var adapter = other.LoadAdapter(LoraFile.Write(_folder.File("other.gguf")));

        Assert.Throws<ArgumentException>(() => _context.SetAdapters((adapter, 1f)));
    }

    [Fact]
    public async Task Load_WhileContextsCompute_LeavesTheirLogitsAsTheyAre()
    {
        var paths = Enumerable.Range(0, 4).Select(i => LoraFile.Write(_folder.File($"{i}.gguf"), seed: i)).ToArray();
        using var own = models.Chat.LoadAdapter(paths[0]);
        var plain = Logits();
        using var stop = new CancellationTokenSource();
        var others = paths.Select(path => Task.Run(() => ComeAndGo(path, stop.Token))).ToArray();

        var differences = 0;
        for (var i = 0; i < 60; i++)
        {
            // Each change of adapters makes the context lay its computation out anew, which is when it reads the model's list of them.
            _context.SetAdapters((own, 1f));
            if (Logits().SequenceEqual(plain)) differences++;
            _context.SetAdapters();
            if (!Logits().SequenceEqual(plain)) differences++;
        }

        await stop.CancelAsync();
        var loaded = await Task.WhenAll(others);
        Assert.Equal(0, differences);
        Assert.All(loaded, count => Assert.True(count > 0));
    }

    private int ComeAndGo(string path, CancellationToken stop)
    {
        var count = 0;
        do
        {
            using var adapter = models.Chat.LoadAdapter(path);
            count++;
        }
        while (!stop.IsCancellationRequested);
        return count;
    }

    public void Dispose()
    {
        _context.Dispose();
        _folder.Dispose();
    }

    private float[] Logits()
    {
        _context.Memory!.Clear();
        var batch = new LlamaBatch(64);
        var index = batch.AddPrompt(models.Chat.Vocab.Tokenize("Study rooms can be booked for"), new(0));
        Assert.Equal(DecodeResult.Ok, _context.Decode(batch));
        return _context.GetLogits(index).ToArray();
    }
}

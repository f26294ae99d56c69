namespace Millrace.LlamaCpp.Tests;

[Collection(ModelTests.Name)]
public sealed class LlamaModelTests(Models models)
{
    [Fact]
    public void Metadata_OfChatModel_IsWhatItsCardSays()
    {
        var metadata = models.Chat.Metadata;

        Assert.Equal("llama", metadata.Architecture);
        Assert.Equal("tiny-rag-chat", metadata.Name);
        Assert.Equal(2048, metadata.ContextTokensTrained);
        Assert.Equal(256, metadata.EmbeddingLength);
        Assert.Equal(6, metadata.Layers);
        Assert.InRange(metadata.Parameters, 7_300_000, 7_500_000);
        Assert.InRange(metadata.SizeBytes, 7_500_000, 8_300_000);
        Assert.True(metadata.HasDecoder);
        Assert.Contains("im_start", metadata.ChatTemplate, StringComparison.Ordinal);
        Assert.Equal(10_176, models.Chat.Vocab.Count);
        Assert.Equal(VocabularyType.BytePair, models.Chat.Vocab.Type);
    }

    [Fact]
    public void GetMetadata_ByKeyAndAll_Agree()
    {
        var all = models.Chat.GetAllMetadata();

        Assert.Contains(new KeyValuePair<string, string>("general.name", "tiny-rag-chat"), all);
        Assert.Equal("apache-2.0", models.Chat.GetMetadata("general.license"));
        Assert.Null(models.Chat.GetMetadata("no.such.key"));
    }

    [Fact]
    public void Load_WithProgress_ReportsUpToOne()
    {
        var progress = new Shares();

        using var model = LlamaModel.Load(Repository.ChatModel, new() { Progress = progress });

        Assert.Equal(1f, progress.Seen[^1]);
        Assert.Equal(progress.Seen.Order(), progress.Seen);
    }

    [Fact]
    public void Load_Cancelled_Stops() =>
        Assert.Throws<OperationCanceledException>(() => LlamaModel.Load(Repository.ChatModel, cancellationToken: new(canceled: true)));

    [Fact]
    public void Load_VocabularyOnly_Tokenizes()
    {
        using var model = LlamaModel.Load(Repository.ChatModel, new() { VocabularyOnly = true });

        Assert.Equal(models.Chat.Vocab.Tokenize("same tokens"), model.Vocab.Tokenize("same tokens"));
        Assert.Throws<InvalidOperationException>(() => model.CreateContext());
    }

    [Fact]
    public void Dispose_Twice_IsHarmless()
    {
        var model = LlamaModel.Load(Repository.ChatModel);
        var context = model.CreateContext(new() { ContextTokens = 256 });

        context.Dispose();
        context.Dispose();
        model.Dispose();
        model.Dispose();

        Assert.Throws<ObjectDisposedException>(() => model.CreateContext());
    }

    [Fact]
    public void Dispose_BeforeItsContext_LeavesTheContextWorking()
    {
        var model = LlamaModel.Load(Repository.ChatModel);
        using var context = model.CreateContext(new() { ContextTokens = 256 });
        var batch = new LlamaBatch(1);
        batch.Add(new(300), 0, new(0), output: true);

        model.Dispose();

        Assert.Equal(DecodeResult.Ok, context.Decode(batch));
    }

    [Fact]
    public void CreateContext_AThousandTimes_DoesNotGrowTheProcess()
    {
        const long GrowthBytesMax = 48L << 20;
        CreateContexts(100);
        var before = ResidentBytes();

        CreateContexts(1000);

        Assert.InRange(ResidentBytes() - before, long.MinValue, GrowthBytesMax);
    }

    [Fact]
    public void LoadAdapter_FromAModelFile_IsRefused()
    {
        var failure = Assert.Throws<LlamaException>(() => models.Chat.LoadAdapter(Repository.ChatModel));

        Assert.Equal(LlamaFailure.LoadFailed, failure.Failure);
        Assert.Contains("not an adapter", failure.Message, StringComparison.Ordinal);
    }

    private void CreateContexts(int count)
    {
        var options = new LlamaContextOptions { ContextTokens = 256, MicroBatchTokensMax = 32, Threads = 1, BatchThreads = 1 };
        for (var i = 0; i < count; i++) models.Chat.CreateContext(options).Dispose();
    }

    private static long ResidentBytes()
    {
        using var process = System.Diagnostics.Process.GetCurrentProcess();
        return process.WorkingSet64;
    }

    private sealed class Shares : IProgress<float>
    {
        public List<float> Seen { get; } = [];

        public void Report(float value) => Seen.Add(value);
    }
}

using System.Runtime.InteropServices;
using Millrace.LlamaCpp.Interop;
using Millrace.LlamaCpp.Parameters;

namespace Millrace.LlamaCpp.Tests.Parameters;

/// <summary>The library's own default parameters, read at the offsets that the binding writes to.</summary>
[Collection(ModelTests.Name)]
public sealed class ParameterLayoutTests(Models models)
{
    private const string File = "/opt/other/libllama.so";

    [Fact]
    public void ContextDefaults_OfTheLibrary_AreThePinnedLayout()
    {
        var blob = LlamaLibrary.DefaultContextParameters();
        ReadOnlySpan<byte> bytes = blob.Bytes;

        var layout = ContextParameterLayout.Recognize(bytes, File);

        Assert.Equal("b10068", layout.Release);
        Assert.Equal("b10068", models.Runtime.Release);
        Assert.Equal(152, layout.SizeBytes);
        Assert.Equal([512, 2048, 512, 1, 0, 0, 4, 4], Ints(bytes, 0, 8));
        Assert.Equal([0, -1, -1, -1, -1], Ints(bytes, 32, 5));
        Assert.Equal([1, 1], Ints(bytes, 104, 2));
        Assert.Equal([0, 1, 1, 1], bytes[128..132].ToArray());
    }

    [Fact]
    public void ModelDefaults_OfTheLibrary_AreTheKnownLayout()
    {
        var blob = LlamaLibrary.DefaultModelParameters();
        ReadOnlySpan<byte> bytes = blob.Bytes;

        ModelParameterLayout.Require(bytes, File);

        Assert.Equal([-1, 1, 0], Ints(bytes, 16, 3));
        Assert.Equal([0, 1, 0, 0, 0, 1, 0, 0], bytes[64..72].ToArray());
    }

    [Theory]
    [InlineData("c0c7e147", 20, true, 144)]
    [InlineData("b8390", 16, false, 136)]
    public void ContextDefaults_OfAnotherKnownRelease_AreToldApart(string release, int threads, bool hasContextType, int sizeBytes)
    {
        var blob = Defaults(threads, hasContextType);

        var layout = ContextParameterLayout.Recognize(blob, File);

        Assert.Equal(release, layout.Release);
        Assert.Equal(sizeBytes, layout.SizeBytes);
    }

    [Fact]
    public void Write_Options_ReachesTheirFields()
    {
        var blob = new ParameterBlob();
        var options = new LlamaContextOptions
        {
            ContextTokens = 1, BatchTokensMax = 3, MicroBatchTokensMax = 2, SequencesMax = 4, Threads = 5, BatchThreads = 6,
            Pooling = PoolingType.Cls, FlashAttention = FlashAttention.Enabled, KeyCacheType = CacheElementType.Q8,
            Embeddings = true, OffloadCache = false, UnifiedCache = true,
        };

        models.Runtime.ContextLayout.Write(blob.Bytes, options, 7, 8);

        ReadOnlySpan<byte> bytes = blob.Bytes;
        Assert.Equal([1, 3, 2, 4, 0, 0, 5, 6], Ints(bytes, 0, 8));
        Assert.Equal([2, 0, 1], Ints(bytes, 40, 3));
        Assert.Equal([8, 1], Ints(bytes, 104, 2));
        Assert.Equal([7, 8], new[] { bytes.ReadPointer(112), bytes.ReadPointer(120) });
        Assert.Equal([1, 0, 0, 0, 1, 1], bytes[128..134].ToArray());
    }

    [Fact]
    public void Write_ModelOptions_ReachTheirFields()
    {
        var blob = LlamaLibrary.DefaultModelParameters();
        var options = new LlamaModelOptions
        {
            GpuLayers = 5, SplitMode = SplitMode.Row, MainGpu = 3, UseMemoryMap = false, UseMemoryLock = true, CheckTensors = true,
        };

        ModelParameterLayout.Write(blob.Bytes, options, new(7, 8, 9));

        ReadOnlySpan<byte> bytes = blob.Bytes;
        Assert.Equal([5, 2, 3], Ints(bytes, 16, 3));
        Assert.Equal([7, 8, 9], new[] { bytes.ReadPointer(32), bytes.ReadPointer(40), bytes.ReadPointer(48) });
        Assert.Equal([0, 0, 0, 1, 1, 1, 0, 0], bytes[64..72].ToArray());
    }

    [Fact]
    public void TensorSplit_Shares_StandBeforeZerosForEveryDeviceThatTheLibraryMayRead()
    {
        using var split = new TensorSplitBuffer([3, 1]);
        using var none = new TensorSplitBuffer([]);

        var shares = new float[LlamaModelOptions.GpusMax];
        Marshal.Copy(split.Pointer, shares, 0, shares.Length);
        Assert.Equal([3f, 1f, .. Enumerable.Repeat(0f, shares.Length - 2)], shares);
        Assert.Equal(0, none.Pointer);
    }

    [Theory]
    [InlineData(-1f)]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void TensorSplit_ImpossibleShare_IsRefused(float share) =>
        Assert.Throws<ArgumentException>(() => new TensorSplitBuffer([share]));

    [Fact]
    public void Load_SplitOverGpus_WorksWithoutAny()
    {
        var options = new LlamaModelOptions { SplitMode = SplitMode.Row, TensorSplit = [2, 1], GpuLayers = 0 };

        using var model = LlamaModel.Load(Repository.ChatModel, options);

        Assert.True(model.Metadata.Layers > 0);
    }

    [Fact]
    public void UnknownContextLayout_IsRefusedWithTheFilesName()
    {
        var failure = Assert.Throws<LlamaException>(() => ContextParameterLayout.Recognize(new byte[ParameterBlob.SizeBytes], File));

        AssertRefused("llama_context_params", failure);
    }

    [Fact]
    public void UnknownModelLayout_IsRefusedWithTheFilesName()
    {
        var blob = LlamaLibrary.DefaultModelParameters();
        blob.Bytes[64] = 1;

        AssertRefused("llama_model_params", Assert.Throws<LlamaException>(() => ModelParameterLayout.Require(blob.Bytes, File)));
    }

    private static void AssertRefused(string structName, LlamaException failure)
    {
        Assert.Equal(LlamaFailure.LibraryUnsupported, failure.Failure);
        Assert.Contains(structName, failure.Message, StringComparison.Ordinal);
        Assert.Contains(File, failure.Message, StringComparison.Ordinal);
        Assert.Contains("eng/native.sh", failure.Message, StringComparison.Ordinal);
    }

    // Default parameters as a release with this layout fills them.
    private static byte[] Defaults(int threads, bool hasContextType)
    {
        var blob = new byte[ParameterBlob.SizeBytes];
        var modes = threads + (hasContextType ? 12 : 8);
        var types = ((modes + 48 + 7) & ~7) + 16;
        Fill(blob, 0, 512, 2048, 512, 1);
        Fill(blob, threads, 4, 4);
        Fill(blob, modes, -1, -1, -1, -1);
        Fill(blob, types, 1, 1);
        blob.AsSpan(types + 25, 3).Fill(1);
        return blob;
    }

    private static void Fill(Span<byte> blob, int offset, params ReadOnlySpan<int> values)
    {
        for (var i = 0; i < values.Length; i++) blob.WriteInt(offset + (4 * i), values[i]);
    }

    private static int[] Ints(ReadOnlySpan<byte> blob, int offset, int count)
    {
        var values = new int[count];
        for (var i = 0; i < count; i++) values[i] = blob.ReadInt(offset + (4 * i));
        return values;
    }
}

using Microsoft.Extensions.Configuration;
using Millrace.Inference.Configuration;
using Millrace.LlamaCpp;

namespace Millrace.Inference.Tests.Configuration;

public sealed class ModelOptionsTests
{
    [Fact]
    public void Of_ModelWithSettings_HasItsOwnAndTheMembersForTheRest()
    {
        var options = Bind(
            ("KvCellsMax", "4096"), ("KeyCacheType", "q8_0"), ("KeepAlive", "00:10:00"), ("SlotsMax", "4"),
            ("Models:big.v2:KvCellsMax", "8192"), ("Models:big.v2:SplitMode", "row"), ("Models:big.v2:TensorSplit", "3, 1"),
            ("Models:big.v2:FlashAttention", "on"), ("Models:big.v2:Pinned", "true"), ("Models:big.v2:GpuLayers", "20"),
            ("Models:big.v2:Adapters:tone:File", "tone.gguf"), ("Models:big.v2:Adapters:tone:Scale", "0.5"),
            ("Models:big.v2:Speculation", "draft"), ("Models:big.v2:DraftModel", "small"));

        var (big, other) = (ModelSettings.Of(options, "big.v2"), ModelSettings.Of(options, "other"));

        Assert.Empty(options.Validate());
        Assert.Equal((8192, 4096), (big.KvCellsMax, other.KvCellsMax));
        Assert.Equal((CacheElementType.Q8, CacheElementType.F16), (big.KeyCacheType, big.ValueCacheType));
        Assert.Equal((SplitMode.Row, SplitMode.Layer), (big.Loading.SplitMode, other.Loading.SplitMode));
        Assert.Equal([3f, 1f], big.Loading.TensorSplit);
        Assert.Equal((20, -1), (big.Loading.GpuLayers, other.Loading.GpuLayers));
        Assert.Equal((FlashAttention.Enabled, FlashAttention.Auto), (big.FlashAttention, other.FlashAttention));
        Assert.Equal((TimeSpan.FromMinutes(10), true, false), (big.KeepAlive, big.Pinned, other.Pinned));
        Assert.Equal(new AdapterSettings("tone.gguf", 0.5f), big.Adapters["tone"]);
        Assert.Equal((SpeculationMode.Draft, "small", 8), (big.Speculation, big.DraftModel, big.DraftTokensMax));
        Assert.Equal((true, 56), (big.PrefixCache, big.CachedSequencesMax));
    }

    [Fact]
    public void Of_ManySlots_LeavesTheSequencesThatTheLibraryHasBesideThem()
    {
        var options = new InferenceOptions { SlotsMax = 250, CachedSequencesMax = 100 };

        Assert.Equal(6, ModelSettings.Of(options, "m").CachedSequencesMax);
    }

    [Fact]
    public void Validate_ModelsWithMistakes_NamesEachWithItsModelAtOnce()
    {
        var options = new InferenceOptions { ModelsLoadedMax = 1, KeyCacheType = "q3" };
        options.Models["a"] = new ModelOptions
        {
            SlotsMax = 500, KvCellsMax = 1024, ContextTokens = 2048, ValueCacheType = "q4_0", FlashAttention = "off", Pinned = true,
            SplitMode = "none", TensorSplit = "1,2", Speculation = "draft",
        };
        options.Models["b"] = new ModelOptions { Pinned = true, ChatTemplate = "nobody", TensorSplit = "a", DraftModel = "x" };
        options.Models["b"].Adapters["bad name"] = new AdapterOptions { File = "../x.gguf", Scale = 20 };

        var complaints = options.Validate().ToList();

        string[] expected =
        [
            "KeyCacheType is 'q3'", "Models:a: SlotsMax must be", "Models:a: ContextTokens (2048) is above KvCellsMax (1024)",
            "Models:a: ValueCacheType q4_0 needs flash attention", "Models:a: TensorSplit has no effect with SplitMode none",
            "Models:a: Speculation draft needs a DraftModel", "Models:b: ChatTemplate is 'nobody'", "Models:b: TensorSplit is 'a'",
            "Models:b: DraftModel 'x' has no effect", "Models:b: Adapters:bad name: An adapter's name",
            "Models:b: Adapters:bad name:File: An adapter's file",
            "Models:b: Adapters:bad name:Scale: An adapter's scale", "2 models are pinned",
        ];
        foreach (var text in expected) Assert.Contains(complaints, complaint => complaint.StartsWith(text, StringComparison.Ordinal));
    }

    private static InferenceOptions Bind(params IEnumerable<(string Key, string Value)> settings)
    {
        var options = new InferenceOptions();
        new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(pair => KeyValuePair.Create(pair.Key, (string?)pair.Value)))
            .Build().Bind(options);
        return options;
    }
}

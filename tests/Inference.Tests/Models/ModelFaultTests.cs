using System.Buffers.Binary;
using System.Text;
using Millrace.Contracts.Inference.V1;
using Millrace.LlamaCpp.Tests;
using Millrace.ServiceDefaults.Errors;
using Millrace.TestShared;

namespace Millrace.Inference.Tests.Models;

/// <summary>A member whose models folder has files that are no models.</summary>
public sealed class FaultyFolder : IAsyncLifetime
{
    internal ModelsMember Member { get; private set; } = null!;

    public async Task InitializeAsync() => Member = await ModelsMember.StartAsync([], settings: ("Inference:LoadRetryDelay", "00:00:00"));

    public async Task DisposeAsync() => await Member.DisposeAsync();
}

/// <summary>What a member does with files that are no models it can serve: it says so, and goes on.</summary>
public sealed class ModelFaultTests(FaultyFolder folder) : IClassFixture<FaultyFolder>
{
    private readonly ModelsMember _member = folder.Member;
    private readonly byte[] _model = [.. ModelsMember.BuiltInBytes];

    [Fact]
    public async Task Use_RandomBytes_IsUnavailable()
    {
        var bytes = new byte[100_000];
        new Random(5).NextBytes(bytes);

        await AssertUnavailableAsync("random", bytes);
    }

    [Fact]
    public async Task Use_EmptyFile_IsUnavailable() => await AssertUnavailableAsync("empty", []);

    [Fact]
    public async Task Use_ModelCutAnywhere_IsUnavailable()
    {
        for (var i = 1; i < 40; i++) await AssertUnavailableAsync("cut", _model.AsSpan(0, (int)((long)_model.Length * i / 40)).ToArray());
    }

    [Theory]
    [InlineData(8)]
    [InlineData(16)]
    public async Task Use_HugeCountInTheHeader_IsUnavailable(int offset)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(_model.AsSpan(offset), 1UL << 40);

        await AssertUnavailableAsync("count", _model);
    }

    [Theory]
    [InlineData("llama.block_count", 100_000)]
    [InlineData("llama.block_count", 0)]
    [InlineData("llama.embedding_length", 0)]
    [InlineData("llama.embedding_length", 1 << 30)]
    [InlineData("llama.attention.head_count", 0)]
    [InlineData("llama.attention.head_count", 7)]
    [InlineData("llama.attention.head_count_kv", 3)]
    [InlineData("llama.feed_forward_length", 77)]
    [InlineData("llama.context_length", 0)]
    [InlineData("llama.context_length", -1)]
    public async Task Use_WrongNumberInTheMetadata_IsUnavailable(string key, int number)
    {
        BinaryPrimitives.WriteInt32LittleEndian(_model.AsSpan(After(key) + sizeof(int)), number);

        await AssertUnavailableAsync("number", _model);
    }

    [Theory]
    [InlineData("tokenizer.ggml.token_type", 0, 7)]
    [InlineData("tokenizer.ggml.tokens", 0, 4)]
    [InlineData("tokenizer.ggml.merges", 0, 4)]
    [InlineData("tokenizer.ggml.token_type", 4, 3)]
    [InlineData("tokenizer.ggml.tokens", 4, int.MaxValue)]
    public async Task Use_ListOfAnotherTypeOrLength_IsUnavailable(string key, int offset, int number)
    {
        BinaryPrimitives.WriteInt32LittleEndian(_model.AsSpan(After(key) + sizeof(int) + offset), number);

        await AssertUnavailableAsync("list", _model);
    }

    [Fact]
    public async Task Use_ForeignArchitecture_IsUnavailableWithTheLibrarysReason()
    {
        "lxama"u8.CopyTo(_model.AsSpan(_model.AsSpan().IndexOf("llama"u8)));

        var refusal = await AssertUnavailableAsync("foreign", _model);

        Assert.Contains("lxama", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Use_Encoder_IsNotFoundAsAModelThatGenerates()
    {
        _member.Put("encoder.gguf", await File.ReadAllBytesAsync(Path.Combine(RepoPaths.Models, "tiny-embed.gguf")));

        var refusal = await ModelsMember.RefusedAsync(() => _member.CountAsync("encoder"));

        Assert.Equal(Reason.ModelNotFound, refusal.Reason);
        Assert.Contains("encoder", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Use_AdapterAsModel_SaysWhatItIs()
    {
        LoraFile.Write(_member.Folder.File("lora.gguf"));

        var refusal = await ModelsMember.RefusedAsync(() => _member.CountAsync("lora"));

        Assert.Equal(Reason.ModelUnavailable, refusal.Reason);
        Assert.Contains("LoRA adapter", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Use_FileReplacedWhileLoaded_ServesTheOldOneUntilItIsUnloadedAndTheNewOneAfter()
    {
        _member.Put("changing.gguf", _model);
        await _member.CountAsync("changing");

        _member.Put("changing.gguf", "no model any more"u8);
        await _member.CountAsync("changing");
        await _member.UnloadAsync("changing");
        var refusal = await ModelsMember.RefusedAsync(() => _member.CountAsync("changing"));
        _member.Put("changing.gguf", _model);
        await _member.CountAsync("changing");

        Assert.Equal(Reason.ModelUnavailable, refusal.Reason);
    }

    private int After(string key)
    {
        var at = _model.AsSpan().IndexOf(Encoding.ASCII.GetBytes(key));
        Assert.True(at > 0, key);
        return at + key.Length;
    }

    private async Task<MillraceException> AssertUnavailableAsync(string name, byte[] bytes)
    {
        _member.Put(name + ".gguf", bytes);
        var refusal = await ModelsMember.RefusedAsync(() => _member.CountAsync(name));
        Assert.Equal(Reason.ModelUnavailable, refusal.Reason);
        Assert.Contains(name + ".gguf", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(ModelState.Failed, (await _member.InfoAsync(name)).State);
        await _member.CountAsync(ModelsMember.Default);
        return refusal;
    }
}

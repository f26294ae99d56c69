using System.Buffers.Binary;
using Millrace.LlamaCpp.Gguf;

namespace Millrace.LlamaCpp.Tests.Gguf;

[Collection(ModelTests.Name)]
public sealed class GgufHeaderTests(Models models) : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly byte[] _model = File.ReadAllBytes(Repository.ChatModel);

    [Fact]
    public void Read_OfAModel_SaysWhatItIs()
    {
        var header = GgufHeader.Read(Repository.ChatModel);

        Assert.Equal(3, header.Version);
        Assert.Equal("llama", header.Architecture);
        Assert.Equal("model", header.Type);
        Assert.Equal(56, header.TensorCount);
        Assert.Equal(28, header.MetadataCount);
        Assert.Equal(new FileInfo(Repository.ChatModel).Length, header.FileBytes);
        Assert.InRange(header.RequiredBytes, header.FileBytes - 32, header.FileBytes);
        Assert.NotEqual(0, models.Runtime.SequencesMax);
    }

    [Fact]
    public void Read_OfAModel_HasTheMetadataThatSaysHowItIsBuilt()
    {
        var header = GgufHeader.Read(Repository.ChatModel);

        Assert.Equal("llama", header.Metadata.Text("general.architecture"));
        Assert.Equal(models.Chat.Metadata.Layers, header.Metadata.Number("llama.block_count"));
        Assert.Equal(models.Chat.Metadata.EmbeddingLength, header.Metadata.Number("llama.embedding_length"));
        Assert.Equal(new GgufList(8, models.Chat.Vocab.Count), header.Metadata.List("tokenizer.ggml.tokens"));
        Assert.Empty(header.Metadata.Numbers("tokenizer.ggml.tokens"));
        Assert.Null(header.Metadata.Number("nobody"));
        Assert.Equal(models.Chat.Metadata.SizeBytes, header.TensorBytes);
        Assert.Equal(models.Chat.Metadata.Parameters, header.ParameterCount);
    }

    [Fact]
    public void Load_MissingFile_IsOneLineWithItsName() => AssertRefused(LlamaFailure.FileMissing, _folder.File("absent.gguf"));

    [Fact]
    public void Load_Folder_IsRefused() => AssertRefused(LlamaFailure.FileMissing, _folder.Path);

    [Fact]
    public void Load_EmptyFile_IsRefused() => AssertRefused(LlamaFailure.FileInvalid, _folder.Write("empty.gguf", []));

    [Fact]
    public void Load_TextFile_IsRefused() =>
        AssertRefused(LlamaFailure.FileInvalid, _folder.Write("page.gguf", "<html>not found</html>"u8));

    [Theory]
    [InlineData(6)]
    [InlineData(20)]
    [InlineData(1000)]
    [InlineData(200_000)]
    [InlineData(1_000_000)]
    [InlineData(8_200_000)]
    public void Load_TruncatedFile_IsRefused(int length) =>
        AssertRefused(LlamaFailure.FileInvalid, _folder.Write("cut.gguf", _model.AsSpan(0, length)));

    [Theory]
    [InlineData(4)]
    [InlineData(8)]
    [InlineData(16)]
    public void Load_AbsurdCounts_AreRefused(int offset)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(_model.AsSpan(offset), ulong.MaxValue - 7);

        AssertRefused(LlamaFailure.FileInvalid, _folder.Write("counts.gguf", _model));
    }

    [Fact]
    public void Load_TensorOfImpossibleSize_IsRefused()
    {
        var firstTensor = _model.AsSpan().LastIndexOf("token_embd.weight"u8) + "token_embd.weight"u8.Length;
        BinaryPrimitives.WriteInt64LittleEndian(_model.AsSpan(firstTensor + 4), long.MaxValue);

        var reason = AssertRefused(LlamaFailure.FileInvalid, _folder.Write("size.gguf", _model));

        Assert.Contains("impossible size", reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_BigEndianFile_SaysSo()
    {
        BinaryPrimitives.WriteUInt32BigEndian(_model.AsSpan(4), 3);

        Assert.Contains("big-endian", AssertRefused(LlamaFailure.FileInvalid, _folder.Write("big.gguf", _model)), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_RandomBytesAfterTheMagic_NeverDoesWorse()
    {
        var random = new Random(7);
        var bytes = new byte[4096];
        for (var i = 0; i < 300; i++)
        {
            random.NextBytes(bytes);
            "GGUF\u0003\0\0\0"u8.CopyTo(bytes);
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(8), (ulong)random.Next(5));
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(16), (ulong)random.Next(5));

            Assert.Throws<LlamaException>(() => GgufHeader.Read(_folder.Write("random.gguf", bytes)));
        }
    }

    [Fact]
    public void Read_DamagedHeaderBytes_EndInAValueOrOneError()
    {
        var random = new Random(11);
        for (var i = 0; i < 200; i++)
        {
            var damaged = _model.AsSpan(0, 2000).ToArray();
            for (var j = 0; j < 3; j++) damaged[random.Next(damaged.Length)] = (byte)random.Next(256);

            var failure = Record.Exception(() => GgufHeader.Read(_folder.Write("damaged.gguf", damaged)));

            Assert.IsType<LlamaException>(failure);
        }
    }

    [Fact]
    public void Load_UnknownArchitecture_IsRefusedByTheLibraryWithItsReason()
    {
        var at = _model.AsSpan().IndexOf("llama"u8);
        "lxama"u8.CopyTo(_model.AsSpan(at));

        AssertRefused(LlamaFailure.LoadFailed, _folder.Write("arch.gguf", _model));
    }

    public void Dispose() => _folder.Dispose();

    private static string AssertRefused(LlamaFailure expected, string path)
    {
        var failure = Assert.Throws<LlamaException>(() => LlamaModel.Load(path));
        Assert.Equal(expected, failure.Failure);
        Assert.Contains(path, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', failure.Message);
        return failure.Message;
    }
}

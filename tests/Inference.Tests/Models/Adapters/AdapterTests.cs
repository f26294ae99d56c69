using Microsoft.Extensions.DependencyInjection;
using Millrace.Contracts.Inference.V1;
using Millrace.Inference.Models;
using Millrace.LlamaCpp.Tests;
using Millrace.ServiceDefaults.Errors;
using Millrace.TestShared;

namespace Millrace.Inference.Tests.Models.Adapters;

/// <summary>LoRA adapters, through the member's own calls.</summary>
public sealed class AdapterTests : IAsyncLifetime
{
    private ModelsMember _member = null!;

    public async Task InitializeAsync()
    {
        _member = await ModelsMember.StartAsync(
            [],
            settings:
            [
                ("Inference:AdaptersMax", "3"), ("Inference:ModelsLoadedMax", "1"),
                ($"Inference:Models:{ModelsMember.Default}:Adapters:missing:File", "missing.gguf"),
            ]);
        LoraFile.Write(InFolder("one.gguf"));
    }

    public async Task DisposeAsync() => await _member.DisposeAsync();

    [Fact]
    public async Task Load_File_IsListedAndAnswersUnderItsName()
    {
        var loaded = await LoadAsync("tone", "one.gguf", 0.5f);

        Assert.Equal(ModelsMember.Default + ":tone", loaded.Name);
        Assert.Equal(ModelsMember.Default, loaded.Base);
        Assert.Equal(ModelState.Loaded, loaded.State);
        Assert.Equal((ulong)new FileInfo(InFolder("one.gguf")).Length, loaded.SizeBytes);
        Assert.Equal(loaded, await _member.InfoAsync(loaded.Name));
        Assert.NotEmpty(await _member.GreedyAsync(loaded.Name));
    }

    [Fact]
    public async Task Use_UnknownAdapter_NamesThoseThatThereAre()
    {
        await LoadAsync("tone", "one.gguf");

        var refusal = await ModelsMember.RefusedAsync(() => _member.GreedyAsync(ModelsMember.Default + ":nobody"));

        Assert.Equal(Reason.ModelNotFound, refusal.Reason);
        Assert.Contains("It has: tone.", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Load_SameNameAgain_GetsAnIdThatNoOtherHad()
    {
        var host = _member.Services.GetRequiredService<ModelHost>();
        await LoadAsync("tone", "one.gguf");
        using var first = await host.LeaseAsync(ModelsMember.Default + ":tone", CancellationToken.None);

        await LoadAsync("tone", "one.gguf", 2);
        using var second = await host.LeaseAsync(ModelsMember.Default + ":tone", CancellationToken.None);

        Assert.NotEqual(first.AdapterId, second.AdapterId);
        Assert.Equal(1, first.Model.Adapters.Get(first.AdapterId).Scale);
        Assert.Equal(2, second.Model.Adapters.Get(second.AdapterId).Scale);
    }

    [Fact]
    public async Task Unload_WhileInUse_TakesNoNewRequestsAndIsFreedByTheLastOne()
    {
        var host = _member.Services.GetRequiredService<ModelHost>();
        await LoadAsync("tone", "one.gguf");
        var lease = await host.LeaseAsync(ModelsMember.Default + ":tone", CancellationToken.None);
        var adapters = lease.Model.Adapters;

        await UnloadAsync("tone");
        var refusal = await ModelsMember.RefusedAsync(() => _member.GreedyAsync(ModelsMember.Default + ":tone"));
        var during = adapters.Get(lease.AdapterId).Adapter;
        lease.Dispose();

        Assert.Equal(Reason.ModelNotFound, refusal.Reason);
        Assert.NotNull(during);
        Assert.Throws<InvalidOperationException>(() => adapters.Get(lease.AdapterId));
    }

    [Fact]
    public async Task Unload_UnknownAdapter_IsNotFound() =>
        Assert.Equal(Reason.ModelNotFound, (await ModelsMember.RefusedAsync(() => UnloadAsync("nobody"))).Reason);

    [Fact]
    public async Task Use_ModelWasPutOutOfMemory_ItsAdapterComesBackWithIt()
    {
        await LoadAsync("tone", "one.gguf");
        await _member.UnloadAsync(ModelsMember.Default);
        var onDisk = await _member.InfoAsync(ModelsMember.Default + ":tone");

        await _member.GreedyAsync(ModelsMember.Default + ":tone");

        Assert.Equal(ModelState.Available, onDisk.State);
        Assert.Equal(ModelState.Loaded, (await _member.InfoAsync(ModelsMember.Default + ":tone")).State);
    }

    [Theory]
    [InlineData("../one.gguf")]
    [InlineData("/etc/passwd")]
    [InlineData("sub/one.gguf")]
    [InlineData("..\\one.gguf")]
    [InlineData(".gguf")]
    [InlineData("one.bin")]
    [InlineData("absent.gguf")]
    [InlineData("")]
    public async Task Load_FileOutsideTheFolderOrNone_IsRefused(string file) => await AssertRefusedAsync(file, "file");

    [Fact]
    public async Task Load_LinkThatLeadsOutOfTheFolder_IsRefused()
    {
        File.CreateSymbolicLink(InFolder("link.gguf"), _member.Folder.File(ModelsMember.Default + ".gguf"));

        await AssertRefusedAsync("link.gguf", "file");
    }

    [Theory]
    [InlineData("", 1f, "name")]
    [InlineData("a b", 1f, "name")]
    [InlineData("a:b", 1f, "name")]
    [InlineData("ok", 0f, "scale")]
    [InlineData("ok", -1f, "scale")]
    [InlineData("ok", 11f, "scale")]
    [InlineData("ok", float.NaN, "scale")]
    public async Task Load_BadNameOrScale_IsRefused(string name, float scale, string param)
    {
        var refusal = await ModelsMember.RefusedAsync(() => LoadAsync(name, "one.gguf", scale));

        Assert.Equal((Reason.InvalidArgument, param), (refusal.Reason, refusal.Param));
    }

    [Fact]
    public async Task Load_FileThatIsNoAdapterOfThisModel_IsRefusedWithTheReason()
    {
        File.Copy(Path.Combine(RepoPaths.Models, "tiny-rag-chat.gguf"), InFolder("model.gguf"));
        LoraFile.Write(InFolder("bert.gguf"), architecture: "bert");
        LoraFile.Write(InFolder("wide.gguf"), width: 128);
        var whole = await File.ReadAllBytesAsync(InFolder("one.gguf"));
        for (var i = 0; i < 20; i++) await File.WriteAllBytesAsync(InFolder($"cut{i}.gguf"), whole[..(whole.Length * i / 20)]);
        await File.WriteAllBytesAsync(InFolder("random.gguf"), [.. Enumerable.Range(0, 5000).Select(i => (byte)(i * 31))]);

        foreach (var file in (string[])["model", "bert", "wide", "random", .. Enumerable.Range(0, 20).Select(i => $"cut{i}")])
        {
            var refusal = await AssertRefusedAsync(file + ".gguf", "file");
            Assert.Contains(file + ".gguf", refusal.Message, StringComparison.Ordinal);
        }

        Assert.NotEmpty(await _member.GreedyAsync(""));
    }

    [Fact]
    public async Task Load_MoreThanThereMayBe_IsRefusedButReplacingIsNot()
    {
        foreach (var name in (string[])["a", "b", "c"]) await LoadAsync(name, "one.gguf");

        var refusal = await ModelsMember.RefusedAsync(() => LoadAsync("d", "one.gguf"));
        await LoadAsync("c", "one.gguf");

        Assert.Equal(Reason.InvalidArgument, refusal.Reason);
        Assert.Contains("AdaptersMax", refusal.Message, StringComparison.Ordinal);
    }

    private string InFolder(string file) => Path.Combine(_member.Folder.Path, "adapters", file);

    private async Task<ModelInfo> LoadAsync(string name, string file, float scale = 1) =>
        (await _member.Client.LoadAdapterAsync(new LoadAdapterRequest { Name = name, File = file, Scale = scale })).Model;

    private async Task UnloadAsync(string name) => await _member.Client.UnloadAdapterAsync(new UnloadAdapterRequest { Name = name });

    private async Task<MillraceException> AssertRefusedAsync(string file, string param)
    {
        var refusal = await ModelsMember.RefusedAsync(() => LoadAsync("bad", file));
        Assert.Equal((Reason.InvalidArgument, param), (refusal.Reason, refusal.Param));
        return refusal;
    }
}

using System.Security.Cryptography;
using Millrace.Cli.Catalog;
using Millrace.TestShared;

namespace Millrace.Cli.Tests.Catalog;

public sealed class ModelCatalogTests
{
    private static readonly string BuiltIn = Path.Combine(RepoPaths.Models, "catalog.json");

    [Fact]
    public void Find_AnyCase_IsTheModel() => Assert.Equal("qwen2.5-0.5b", ModelCatalog.Load(BuiltIn).Find("Qwen2.5-0.5B").Name);

    [Fact]
    public void Find_UnknownName_ListsThoseThereAre()
    {
        var catalog = ModelCatalog.Load(BuiltIn);

        var error = Assert.Throws<CommandException>(() => catalog.Find("gpt-4"));

        Assert.Contains("No model 'gpt-4'", error.Message, StringComparison.Ordinal);
        Assert.All(catalog.Models, model => Assert.Contains(model.Name, error.Message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("""{"models": null}""")]
    [InlineData("""{"models": [{"name": "x"}]}""")]
    [InlineData("""{"models": [{"name": null, "task": "chat", "url": null, "sha256": null, "size_bytes": null}]}""")]
    [InlineData("""{"models": [{"name": "x", "task": "chat", "url": null, "sha256": null, "size_bytes": "big"}]}""")]
    public async Task Load_MalformedFile_NamesIt(string json)
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.File("catalog.json"), json);

        var error = Assert.Throws<CommandException>(() => ModelCatalog.Load(folder.File("catalog.json")));

        Assert.Contains(folder.File("catalog.json"), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_MissingFile_NamesIt()
    {
        var error = Assert.Throws<CommandException>(() => ModelCatalog.Load("/no/such/catalog.json"));

        Assert.Contains("/no/such/catalog.json", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void BuiltInCatalogue_Entries_AreUniqueAndDownloadableOrThere()
    {
        var models = ModelCatalog.Load(BuiltIn).Models;

        Assert.Equal(models.Count, models.Select(model => model.Name).Distinct(StringComparer.OrdinalIgnoreCase).Count());
        Assert.All(models, model => Assert.Contains(model.Task, (string[])["chat", "embedding", "rerank"]));
        Assert.All(models.Where(model => model.Url is not null), model =>
        {
            Assert.StartsWith("https://", model.Url, StringComparison.Ordinal);
            Assert.EndsWith(".gguf", model.Url, StringComparison.Ordinal);
        });
    }

    [Theory]
    [InlineData("tiny-rag-chat")]
    [InlineData("tiny-embed")]
    [InlineData("tiny-rerank")]
    public async Task BuiltInModel_OnDisk_HasTheCataloguesChecksumAndSize(string name)
    {
        var model = ModelCatalog.Load(BuiltIn).Find(name);
        var file = await File.ReadAllBytesAsync(Path.Combine(RepoPaths.Models, name + ".gguf"));

        Assert.Null(model.Url);
        Assert.Equal(model.SizeBytes, file.Length);
        Assert.Equal(model.Sha256, Convert.ToHexStringLower(SHA256.HashData(file)));
    }
}

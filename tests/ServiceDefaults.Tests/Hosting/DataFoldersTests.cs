using Microsoft.Extensions.Configuration;
using Millrace.ServiceDefaults.Hosting;
using Millrace.TestShared;

namespace Millrace.ServiceDefaults.Tests.Hosting;

public sealed class DataFoldersTests
{
    [Fact]
    public void For_FolderThatIsNotThere_CreatesIt()
    {
        using var folder = new TemporaryFolder();

        var path = DataFolders.For(Configuration(folder.File("deep/er")), "retrieval");

        Assert.Equal(folder.File("deep/er/retrieval"), path);
        Assert.True(Directory.Exists(path));
    }

    [Fact]
    public async Task For_FileInTheWay_NamesTheFolderAndTheRemedy()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.File("data"), "");

        var error = Assert.Throws<StartupException>(() => DataFolders.For(Configuration(folder.File("data")), "retrieval"));

        Assert.Contains(folder.File("data/retrieval"), error.Message, StringComparison.Ordinal);
        Assert.Contains("Set MILLRACE_DATA_DIR", error.Message, StringComparison.Ordinal);
    }

    private static IConfiguration Configuration(string dataDirectory) => new ConfigurationBuilder()
        .AddInMemoryCollection([KeyValuePair.Create("MILLRACE_DATA_DIR", (string?)dataDirectory)]).Build();
}

using Millrace.ApiKeys;
using Millrace.TestShared;

namespace Millrace.Cli.Tests.Keys;

public sealed class KeysCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly StringWriter _output = new() { NewLine = "\n" };

    private FileKeyStore Store => new(_folder.File("keys.json"));

    [Fact]
    public async Task Create_PrintsAKeyThatTheStoreKnowsByItsHash()
    {
        Assert.Equal(0, await RunAsync(
            "create", "--name", "app", "--tenant", "acme", "--scopes", "chat, models", "--labels", "hr", "--expires", "30d",
            "--requests-per-minute", "60", "--tokens-per-minute", "1000"));

        var key = Assert.Single(Store.Load());
        var text = _output.ToString().Split('\n').Select(line => line.Trim())
            .Single(line => line.StartsWith("mr-", StringComparison.Ordinal));
        Assert.Equal(key.Hash, Convert.ToHexString(KeyText.Hash(text)));
        Assert.Equal(["chat", "models"], key.Scopes);
        Assert.Equal(["hr"], key.Labels);
        Assert.Equal(("acme", 60, 1000), (key.Tenant, key.RequestsPerMinute, key.TokensPerMinute));
        Assert.Equal(TimeSpan.FromDays(30), key.ExpiresAt - key.CreatedAt);
    }

    [Fact]
    public async Task Revoke_EndsTheKey_AndListSaysSo()
    {
        await RunAsync("create", "--name", "app");
        var id = Store.Load()[0].Id;

        Assert.Equal(0, await RunAsync("revoke", id));
        Assert.Equal(0, await RunAsync("list"));

        Assert.True(Store.Load()[0].Disabled);
        Assert.Contains($"{id}  revoked  app", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Revoke_UnknownKey_ExitsWithOne()
    {
        Assert.Equal(1, await RunAsync("revoke", "nobody00"));
        Assert.Contains("no key 'nobody00'", _output.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2, "create")]
    [InlineData(2, "create", "--name", "a", "--expires", "soon")]
    [InlineData(2, "revoke")]
    [InlineData(2, "dance")]
    [InlineData(1, "create", "--name", "a", "--scopes", "everything")]
    public async Task Run_Unusable_SaysWhy(int code, params string[] args)
    {
        Assert.Equal(code, await RunAsync(args));
        Assert.Empty(Store.Load());
    }

    [Fact]
    public async Task Development_MakesOneKeyOnce_AndItsFileIsItsOwnersAlone()
    {
        var file = _folder.File("development.key");
        Assert.Equal(0, await RunAsync("development", "--key-file", file));
        Assert.Equal(0, await RunAsync("development", "--key-file", file));

        var key = Assert.Single(Store.Load());
        Assert.Equal(key.Hash, Convert.ToHexString(KeyText.Hash((await File.ReadAllTextAsync(file)).Trim())));
        Assert.Equal("made\nkept\n", _output.ToString());
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
    }

    public void Dispose()
    {
        _folder.Dispose();
        _output.Dispose();
    }

    private Task<int> RunAsync(params string[] args) =>
        CommandLine.RunAsync(["keys", .. args, "--file", Store.Path], _output, CancellationToken.None);
}

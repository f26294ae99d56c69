using Millrace.TestShared;

namespace Millrace.ApiKeys.Tests;

public sealed class FileKeyStoreTests : IDisposable
{
    private static readonly DateTimeOffset Now = new ManualTimeProvider().GetUtcNow();

    private readonly TemporaryFolder _folder = new();
    private readonly FileKeyStore _store;

    public FileKeyStoreTests() => _store = new FileKeyStore(_folder.File("edge/keys.json"));

    [Fact]
    public void Load_BeforeTheFirstKey_IsNone()
    {
        Assert.Empty(_store.Load());
        Assert.Null(_store.Stamp());
    }

    [Fact]
    public void Change_IsReadBackWhole()
    {
        var draft = new KeyDraft
        {
            Name = "ü", Tenant = "acme", Scopes = ["chat"], Labels = ["hr"], Lifetime = TimeSpan.FromHours(1), TokensPerMinute = 9,
        };
        var (key, text) = draft.Create(Now);

        _store.Change(keys => [.. keys, key]);

        var read = Assert.Single(new FileKeyStore(_store.Path).Load());
        Assert.Equal((key.Id, key.Hash, key.Name, key.Tenant), (read.Id, read.Hash, read.Name, read.Tenant));
        Assert.Equal((key.ExpiresAt, key.TokensPerMinute, key.Disabled), (read.ExpiresAt, read.TokensPerMinute, read.Disabled));
        Assert.Equal(key.Scopes, read.Scopes);
        Assert.Equal(key.Labels, read.Labels);
        Assert.DoesNotContain("bound", File.ReadAllText(_store.Path), StringComparison.Ordinal);
        Assert.DoesNotContain(text[12..], File.ReadAllText(_store.Path), StringComparison.Ordinal);
    }

    [Fact]
    public void File_IsItsOwnersAlone()
    {
        if (OperatingSystem.IsWindows()) return;
        Add("a");

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_store.Path));
    }

    [Fact]
    public void Stamp_DiffersAfterEachChange()
    {
        Add("a");
        var first = _store.Stamp();
        Add("b");

        Assert.NotEqual(first, _store.Stamp());
    }

    [Fact]
    public void Stamp_OfALinkWhoseFileIsAnother_Differs()
    {
        Add("a");
        Directory.CreateSymbolicLink(_folder.File("current"), "edge");
        File.CreateSymbolicLink(_folder.File("keys.json"), "current/keys.json");
        var mounted = new FileKeyStore(_folder.File("keys.json"));
        var first = mounted.Stamp();

        Directory.CreateDirectory(_folder.File("newer"));
        File.WriteAllText(_folder.File("newer/keys.json"), """{"version": 1, "keys": []}""");
        File.Delete(_folder.File("current"));
        Directory.CreateSymbolicLink(_folder.File("current"), "newer");

        Assert.NotNull(first);
        Assert.NotEqual(first, mounted.Stamp());
        File.Delete(_folder.File("current"));
        Directory.CreateSymbolicLink(_folder.File("current"), "current");
        Assert.Null(mounted.Stamp());
    }

    [Fact]
    public void Change_WhileAnotherHasTheFile_IsRefusedAndLosesNothing()
    {
        Add("a");

        var error = Assert.Throws<KeyStoreException>(() => _store.Change(keys =>
        {
            Assert.Throws<KeyStoreException>(() => new FileKeyStore(_store.Path).Change(_ => []));
            throw new KeyStoreException("stop");
        }));

        Assert.Equal("stop", error.Message);
        Assert.Single(_store.Load());
    }

    [Theory]
    [InlineData("", "not valid JSON")]
    [InlineData("{", "not valid JSON")]
    [InlineData("[]", "not valid JSON")]
    [InlineData("null", "version 1")]
    [InlineData("""{"version": 2, "keys": []}""", "version 1")]
    [InlineData("""{"version": 1}""", "version 1")]
    [InlineData("""{"version": 1, "keys": [{"id": "a"}]}""", "not valid JSON")]
    [InlineData("""{"version": 1, "keys": [null]}""", "version 1")]
    [InlineData(
        """
        {"version": 1, "keys": [
            {"id": "a", "hash": null, "name": "", "tenant": "", "scopes": [], "created_at": "2026-01-01T00:00:00Z"}]}
        """,
        "not valid JSON")]
    public void Load_OfAnotherFile_SaysWhatIsWrong(string text, string part)
    {
        Add("a");
        File.WriteAllText(_store.Path, text);

        Assert.Contains(part, Assert.Throws<KeyStoreException>(() => _store.Load()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Change_OfADamagedFile_LeavesItAsItIs()
    {
        Add("a");
        File.WriteAllText(_store.Path, "{");

        Assert.Throws<KeyStoreException>(() => Add("b"));
        Assert.Equal("{", File.ReadAllText(_store.Path));
    }

    public void Dispose() => _folder.Dispose();

    private void Add(string name)
    {
        var (key, _) = new KeyDraft { Name = name }.Create(Now);
        _store.Change(keys => [.. keys, key]);
    }
}

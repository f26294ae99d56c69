using Dapper;
using Microsoft.Data.Sqlite;
using Millrace.Contracts.Retrieval.V1;
using Millrace.Retrieval.Tests.Fixtures;
using Millrace.TestShared;

namespace Millrace.Retrieval.Tests.Index;

/// <summary>The index's files are lost or damaged; the documents are the truth.</summary>
public sealed class IndexRepairTests
{
    [Theory]
    [InlineData("deleted")]
    [InlineData("words torn")]
    [InlineData("words overwritten")]
    [InlineData("vectors deleted")]
    [InlineData("words deleted")]
    [InlineData("vectors torn")]
    [InlineData("vectors overwritten")]
    [InlineData("one byte of the vectors")]
    [InlineData("pages of the words")]
    [InlineData("words of another version")]
    [InlineData("a chunk's words torn")]
    public async Task Start_IndexDamaged_IsBuiltAnewFromTheDocuments(string damage)
    {
        using var data = new TemporaryFolder();
        await using (var first = await RunningRetrieval.StartAsync(data.Path))
        {
            await first.CreateAsync("c");
            for (var i = 0; i < 20; i++) await first.UploadAsync("c", $"{i}.txt", $"Apple number{i} on the table.");
        }

        Damage(Path.Combine(data.Path, "retrieval", "index"), damage);
        await using var second = await RunningRetrieval.StartAsync(data.Path);
        foreach (var mode in new[] { SearchMode.Keyword, SearchMode.Dense })
        {
            using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
            using var limit = new CancellationTokenSource(TaskTimeouts.Default);
            while (await CountAsync(second, mode) < 20) await timer.WaitForNextTickAsync(limit.Token);
        }

        Assert.Equal("13.txt", (await second.SearchAsync("c", "number13", SearchMode.Keyword))[0].Passage.DocumentId);
        Assert.Empty(second.Service.Errors);
    }

    private static async Task<int> CountAsync(RunningRetrieval retrieval, SearchMode mode) => (await retrieval.Client.SearchAsync(
        new SearchRequest { Collections = { "c" }, Query = "apple table", Mode = mode, TopK = 50 })).Results.Count;

    private static void Damage(string folder, string how)
    {
        var words = Directory.GetFiles(folder, "words.db", SearchOption.AllDirectories).Single();
        switch (how)
        {
            case "deleted":
                Directory.Delete(folder, recursive: true);
                break;
            case "words torn":
                using (var file = File.OpenWrite(words)) file.SetLength(file.Length / 2);
                break;
            case "words overwritten":
                File.WriteAllBytes(words, [.. Enumerable.Repeat((byte)0x5a, 8192)]);
                break;
            case "words deleted":
                File.Delete(words);
                break;
            case "vectors torn":
                using (var file = File.OpenWrite(Snapshot(words))) file.SetLength(file.Length / 2);
                break;
            case "vectors overwritten":
                File.WriteAllBytes(Snapshot(words), [.. Enumerable.Repeat((byte)0x5a, 8192)]);
                break;
            case "one byte of the vectors":
                Change(Snapshot(words), bytes => bytes[bytes.Length / 2] ^= 1);
                break;
            case "pages of the words":
                Change(words, bytes => bytes.AsSpan(4096).Clear());
                break;
            case "words of another version":
                Execute(words, "PRAGMA application_id = 0");
                break;
            case "a chunk's words torn":
                Execute(words, "UPDATE chunks SET stems = substr(stems, 1, 5) WHERE chunk = (SELECT max(chunk) FROM chunks)");
                break;
            default:
                Directory.Delete(Path.Combine(Path.GetDirectoryName(words)!, "vectors"), recursive: true);
                break;
        }
    }

    private static string Snapshot(string words) =>
        Directory.GetFiles(Path.Combine(Path.GetDirectoryName(words)!, "vectors"), "snapshot-*").Single();

    private static void Change(string path, Action<byte[]> change)
    {
        var bytes = File.ReadAllBytes(path);
        change(bytes);
        File.WriteAllBytes(path, bytes);
    }

    private static void Execute(string path, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        connection.Execute(sql);
    }
}

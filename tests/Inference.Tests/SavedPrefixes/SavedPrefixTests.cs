using Millrace.Contracts.Inference.V1;
using Millrace.Inference.Tests.Grpc;
using Millrace.ServiceDefaults.Errors;
using Millrace.TestShared;
using Client = Millrace.Contracts.Inference.V1.InferenceService.InferenceServiceClient;

namespace Millrace.Inference.Tests.SavedPrefixes;

/// <summary>Prompt states on disk, through the service and its restarts.</summary>
public sealed class SavedPrefixTests : IDisposable
{
    private static readonly (ChatPrompt Chat, string Expected) Case = Prompts.Handwritten().First();

    private readonly TemporaryFolder _data = new();

    private string Files => Path.Combine(_data.Path, "inference", "prefixes");

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task RestorePrefix_AfterARestart_PromptIsNotComputedAgainAndAnswersAlike()
    {
        string text;
        uint tokens;
        await using (var first = await StartAsync())
        {
            var client = new Client(first.Invoker());
            var saved = await client.SavePrefixAsync(Save());
            Assert.Equal((ulong)new FileInfo(Assert.Single(Directory.GetFiles(Files))).Length, saved.SizeBytes);
            (tokens, text) = (saved.Tokens, (await AskAsync(client)).Text);
        }

        await using var second = await StartAsync();
        var later = new Client(second.Invoker());

        Assert.Equal(tokens, (await later.RestorePrefixAsync(Restore())).Tokens);
        var answer = await AskAsync(later);

        Assert.Equal(tokens - 1, answer.Started.CachedTokens);
        Assert.Equal(text, answer.Text);
    }

    [Theory]
    [InlineData("blue", "manual")]
    [InlineData("", "manual")]
    [InlineData("red", "other")]
    public async Task RestorePrefix_OtherSaltOrKey_IsNotFound(string salt, string key)
    {
        await using var service = await StartAsync();
        var client = new Client(service.Invoker());
        await client.SavePrefixAsync(Save());

        var error = await Assert.ThrowsAsync<MillraceException>(
            () => client.RestorePrefixAsync(new RestorePrefixRequest { CacheSalt = salt, Key = key }).ResponseAsync);

        Assert.Equal(Reason.PrefixNotFound, error.Reason);
    }

    [Fact]
    public async Task RestorePrefix_FileIsDamaged_IsNotFoundAndTheMemberServesOn()
    {
        await using var service = await StartAsync();
        var client = new Client(service.Invoker());
        await client.SavePrefixAsync(Save());
        var file = Assert.Single(Directory.GetFiles(Files));
        var whole = await File.ReadAllBytesAsync(file);
        foreach (var damaged in Damages(whole))
        {
            await File.WriteAllBytesAsync(file, damaged);

            var error = await Assert.ThrowsAsync<MillraceException>(() => client.RestorePrefixAsync(Restore()).ResponseAsync);

            Assert.Equal(Reason.PrefixNotFound, error.Reason);
            Assert.Empty(Directory.GetFiles(Files));
        }

        Assert.NotEmpty((await AskAsync(client)).Text);
    }

    [Fact]
    public async Task DeletePrefix_SavedOne_IsGoneAndASecondTimeIsNoError()
    {
        await using var service = await StartAsync();
        var client = new Client(service.Invoker());
        await client.SavePrefixAsync(Save());

        await client.DeletePrefixAsync(new DeletePrefixRequest { CacheSalt = "red", Key = "manual" });
        await client.DeletePrefixAsync(new DeletePrefixRequest { CacheSalt = "red", Key = "manual" });

        Assert.Empty(Directory.GetFiles(Files));
    }

    [Fact]
    public async Task SavePrefix_StoreIsFull_OldestMakesRoomAndTooLargeIsRefused()
    {
        await using var service = await StartAsync(
            ("Inference:SavedPrefixes:BytesMax", "3000000"), ("Inference:SavedPrefixes:FileBytesMax", "2000000"));
        var client = new Client(service.Invoker());
        for (var i = 0; i < 12; i++) await client.SavePrefixAsync(new SavePrefixRequest { Text = Words(i, 60), Key = $"key {i}" });

        var error = await Assert.ThrowsAsync<MillraceException>(
            () => client.SavePrefixAsync(new SavePrefixRequest { Text = Words(1, 900), Key = "large" }).ResponseAsync);

        Assert.Equal((Reason.InvalidArgument, "prompt"), (error.Reason, error.Param));
        Assert.InRange(new DirectoryInfo(Files).GetFiles().Sum(file => file.Length), 1, 3_000_000);
        Assert.NotEqual(0u, (await client.RestorePrefixAsync(new RestorePrefixRequest { Key = "key 11" })).Tokens);
    }

    [Fact]
    public async Task SavePrefix_BadInput_IsRefusedByName()
    {
        await using var service = await StartAsync();
        var client = new Client(service.Invoker());

        Assert.Equal("key", await ParamAsync(client, new SavePrefixRequest { Text = Words(1, 50) }));
        Assert.Equal("key", await ParamAsync(client, new SavePrefixRequest { Text = Words(1, 50), Key = new string('k', 257) }));
        Assert.Equal("prompt", await ParamAsync(client, new SavePrefixRequest { Key = "empty" }));
        Assert.Equal("prompt", await ParamAsync(client, new SavePrefixRequest { Text = "short", Key = "short" }));
        Assert.Equal("prompt", await ParamAsync(client, new SavePrefixRequest { Text = Words(1, 5000), Key = "long" }));
    }

    [Fact]
    public async Task SavePrefix_PrefixCacheIsOff_IsRefused()
    {
        await using var service = await StartAsync(("Inference:PrefixCache", "false"));

        Assert.Equal("model", await ParamAsync(new Client(service.Invoker()), Save()));
    }

    private static IEnumerable<byte[]> Damages(byte[] whole)
    {
        yield return [];
        yield return whole[..40];
        yield return whole[..^1];
        yield return [.. whole[..(whole.Length / 2)], (byte)~whole[whole.Length / 2], .. whole[((whole.Length / 2) + 1)..]];
    }

    private static string Words(int seed, int count) =>
        string.Join(' ', new Random(seed).GetItems(["office", "opens", "at", "nine", "holiday", "days", "refund", "invoice"], count));

    private static SavePrefixRequest Save() => new() { Chat = Case.Chat, CacheSalt = "red", Key = "manual" };

    private static RestorePrefixRequest Restore() => new() { CacheSalt = "red", Key = "manual" };

    private static async Task<string?> ParamAsync(Client client, SavePrefixRequest request) =>
        (await Assert.ThrowsAsync<MillraceException>(() => client.SavePrefixAsync(request).ResponseAsync)).Param;

    private static async Task<GenerationResult> AskAsync(Client client)
    {
        var request = Prompts.Greedy(Case.Chat);
        request.CacheSalt = "red";
        return await GenerationResult.OfAsync(client, request);
    }

    private Task<ServiceUnderTest> StartAsync(params IEnumerable<(string Key, string Value)> settings) =>
        InferenceMember.StartAsync([("MILLRACE_DATA_DIR", _data.Path), .. settings]);
}

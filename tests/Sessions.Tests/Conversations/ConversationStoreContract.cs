using Millrace.Sessions.Conversations;

namespace Millrace.Sessions.Tests.Conversations;

/// <summary>What every store of conversations does. Each store has a class that derives from this one.</summary>
public abstract class ConversationStoreContract
{
    private static readonly CancellationToken None = CancellationToken.None;

    /// <summary>The store under test, empty.</summary>
    protected abstract IConversationStore Store { get; }

    [Fact]
    public async Task TryCreate_SameIdTwice_SecondIsRefusedAndFirstKept()
    {
        Assert.True(await Store.TryCreateAsync("t1", Named("c", "first"), None));
        Assert.False(await Store.TryCreateAsync("t1", Named("c", "second"), None));

        Assert.Equal("first", (await Store.FindAsync("t1", "c", None))?.Title);
    }

    [Fact]
    public async Task Find_OtherTenantsConversation_IsNotSeen()
    {
        await Store.TryCreateAsync("t1", Named("c"), None);
        await Store.AppendAsync("t1", "c", [Message("m1")], 100, None);

        Assert.Null(await Store.FindAsync("t2", "c", None));
        Assert.Null(await Store.AppendAsync("t2", "c", [Message("m2")], 100, None));
        Assert.Empty(await Store.MessagesAsync("t2", "c", 0, 10, None));
        Assert.Empty(await Store.ListAsync("t2", null, 10, None));
        Assert.False(await Store.DeleteAsync("t2", "c", None));
        Assert.Single(await Store.MessagesAsync("t1", "c", 0, 10, None));
    }

    [Fact]
    public async Task Append_Retried_StoresEachMessageOnce()
    {
        await Store.TryCreateAsync("t", Named("c"), None);
        NewMessage[] messages = [Message("m1"), Message("m2")];

        var first = await Store.AppendAsync("t", "c", messages, 100, None);
        var second = await Store.AppendAsync("t", "c", messages, 100, None);

        Assert.Equal(first, second);
        Assert.Equal([1, 2], (await Store.MessagesAsync("t", "c", 0, 10, None)).Select(message => message.Sequence));
        Assert.Equal(2, (await Store.FindAsync("t", "c", None))?.MessageCount);
    }

    [Fact]
    public async Task Append_BeyondTheLimit_StoresNothing()
    {
        await Store.TryCreateAsync("t", Named("c"), None);
        await Store.AppendAsync("t", "c", [Message("m1")], 2, None);

        await Assert.ThrowsAsync<ConversationFullException>(() => Store.AppendAsync("t", "c", [Message("m2"), Message("m3")], 2, None));

        Assert.Single(await Store.MessagesAsync("t", "c", 0, 10, None));
    }

    [Fact]
    public async Task Append_AnyText_ComesBackAsItWas()
    {
        await Store.TryCreateAsync("t", Named("c"), None);
        const string Odd = "a\0b 'quoted' \"x\" 😀 e\u0301 \u202e";
        var message = Message("m1") with { Content = Odd, AnnotationsJson = """{"n":1}""", Model = "m" };

        await Store.AppendAsync("t", "c", [message], 100, None);

        Assert.Equal(message, (await Store.MessagesAsync("t", "c", 0, 10, None)).Single().Content);
    }

    [Fact]
    public async Task Append_FromManyWritersAtOnce_LosesNothing()
    {
        await Store.TryCreateAsync("t", Named("c"), None);

        await Task.WhenAll(Enumerable.Range(0, 50).Select(i => Store.AppendAsync("t", "c", [Message($"m{i}")], 100, None)));

        var stored = await Store.MessagesAsync("t", "c", 0, 100, None);
        Assert.Equal(Enumerable.Range(1, 50).Select(i => (long)i), stored.Select(message => message.Sequence));
        Assert.Equal(50, stored.Select(message => message.Content.Id).Distinct().Count());
    }

    [Fact]
    public async Task Messages_Paged_GoOnBehindTheLastSequence()
    {
        await Store.TryCreateAsync("t", Named("c"), None);
        await Store.AppendAsync("t", "c", [Message("m1"), Message("m2"), Message("m3")], 100, None);

        Assert.Equal(["m1", "m2"], Ids(await Store.MessagesAsync("t", "c", 0, 2, None)));
        Assert.Equal(["m3"], Ids(await Store.MessagesAsync("t", "c", 2, 2, None)));
        Assert.Equal(["m3", "m2"], Ids(await Store.NewestMessagesAsync("t", "c", 2, None)));
    }

    [Fact]
    public async Task FirstSystemMessage_AmongOthers_IsTheOldestOne()
    {
        await Store.TryCreateAsync("t", Named("c"), None);
        await Store.AppendAsync("t", "c", [Message("m1"), System("s1"), System("s2")], 100, None);

        Assert.Equal("s1", (await Store.FirstSystemMessageAsync("t", "c", None))?.Content.Id);
    }

    [Fact]
    public async Task List_Paged_IsNewestFirstAndComplete()
    {
        foreach (var id in (string[])["a", "b", "c"]) await Store.TryCreateAsync("t", Named(id), None);

        var first = await Store.ListAsync("t", null, 2, None);
        var second = await Store.ListAsync("t", first[^1].Number, 2, None);

        Assert.Equal(["c", "b", "a"], first.Concat(second).Select(entry => entry.Conversation.Id));
    }

    [Fact]
    public async Task Delete_WithMessages_LeavesNothingBehind()
    {
        await Store.TryCreateAsync("t", Named("c"), None);
        await Store.AppendAsync("t", "c", [Message("m1")], 100, None);

        Assert.True(await Store.DeleteAsync("t", "c", None));
        await Store.TryCreateAsync("t", Named("c"), None);

        Assert.Empty(await Store.MessagesAsync("t", "c", 0, 10, None));
    }

    protected static NewMessage Message(string id) => new() { Id = id, Role = MessageRole.User, Content = $"text of {id}", TokenCount = 3 };

    protected static Conversation Named(string id, string title = "") => new(
        id, title, new Dictionary<string, string> { ["k"] = "v" }, MessageCount: 0, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch);

    private static NewMessage System(string id) => Message(id) with { Role = MessageRole.System };

    private static IEnumerable<string> Ids(IEnumerable<StoredMessage> messages) => messages.Select(message => message.Content.Id);
}

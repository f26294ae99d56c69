using System.Text;
using Millrace.Sessions.Conversations;
using Millrace.Sessions.Messages;
using Millrace.Sessions.Storage;
using Millrace.Sessions.Summaries;
using Millrace.Sessions.Tests.Fixtures;

namespace Millrace.Sessions.Tests.Storage;

/// <summary>What every store of conversations does. Each database has a class that derives from this one.</summary>
public abstract class StoreContract
{
    protected static readonly ConversationKey Key = new("t", "c");
    private static readonly CancellationToken None = CancellationToken.None;

    /// <summary>The database under test, open and empty.</summary>
    protected abstract IDatabase Database { get; }

    private SqlConversationStore Conversations => new SqlConversationStore(Database);

    private SqlMessageStore Messages => new SqlMessageStore(Database, TimeProvider.System);

    private SqlSummaryStore Summaries => new SqlSummaryStore(Database, TimeProvider.System);

    [StoreFact]
    public async Task TryCreate_SameIdTwice_SecondIsRefusedAndFirstKept()
    {
        Assert.Equal(CreateOutcome.Created, await CreateAsync(title: "first"));
        Assert.Equal(CreateOutcome.Exists, await CreateAsync(title: "second"));

        Assert.Equal("first", (await Conversations.FindAsync(Key, None))?.Title);
    }

    [StoreFact]
    public async Task TryCreate_MoreThanTheTenantMayHave_IsRefused()
    {
        await CreateAsync("a", conversationsMax: 2);
        await CreateAsync("b", conversationsMax: 2);

        Assert.Equal(CreateOutcome.Full, await CreateAsync("c", conversationsMax: 2));
        Assert.Equal(CreateOutcome.Exists, await CreateAsync("a", conversationsMax: 2));
    }

    [StoreFact]
    public async Task Find_OtherTenantsConversation_IsNotSeen()
    {
        await CreateAsync();
        await AppendAsync("m1");
        await PutSummaryAsync("m1", "secret");
        var other = Key with { Tenant = "other" };

        Assert.Null(await Conversations.FindAsync(other, None));
        Assert.False(await Conversations.UpdateAsync(other, new ConversationChange("x", null), None));
        Assert.Null(await Messages.AppendAsync(other, new Addition([Message("m2")], null, 100), None));
        Assert.Null(await Messages.FindAsync(other, "m1", None));
        Assert.Empty(await Messages.PageAsync(other, new MessagePage(0, null, false, 10), None));
        Assert.Empty(await Messages.AllAsync(other, 0, 10, None));
        Assert.Empty(await Messages.PathAsync(other, 0, "", 10, None));
        Assert.Empty(await Messages.ReadAsync(other, [1], None));
        Assert.Empty(await Messages.SiblingsAsync(other, "m1", 10, None));
        Assert.Empty(await Messages.BranchesAsync(other, 10, None));
        Assert.False(await Messages.SetHeadAsync(other, "m1", None));
        Assert.False(await Messages.DeleteAsync(other, "m1", None));
        Assert.Empty(await Summaries.ListAsync(other, None));
        Assert.Empty(await Conversations.ListAsync("other", null, 10, None));
        Assert.False(await Conversations.DeleteAsync(other, None));
        Assert.Equal(["m1"], await IdsAsync());
    }

    [StoreFact]
    public async Task Update_TitleOrMetadata_ChangesThatAlone()
    {
        await CreateAsync(title: "old");

        await Conversations.UpdateAsync(Key, new ConversationChange("new", null), None);
        var titled = await Conversations.FindAsync(Key, None);
        await Conversations.UpdateAsync(Key, new ConversationChange(null, new Dictionary<string, string> { ["x"] = "y" }), None);
        var described = await Conversations.FindAsync(Key, None);

        Assert.Equal(("new", "v"), (titled?.Title, titled?.Metadata["k"]));
        Assert.Equal(("new", "y"), (described?.Title, described?.Metadata["x"]));
    }

    [StoreFact]
    public async Task Append_Retried_StoresEachMessageOnce()
    {
        await CreateAsync();
        var addition = new Addition([Message("m1"), Message("m2")], null, 100);

        var first = await Messages.AppendAsync(Key, addition, None);
        var second = await Messages.AppendAsync(Key, addition, None);

        Assert.Equal(first, second);
        Assert.Equal(["m1", "m2"], await IdsAsync());
        var conversation = await Conversations.FindAsync(Key, None);
        Assert.Equal((2, "m2"), (conversation?.MessageCount, conversation?.HeadMessageId));
    }

    [StoreFact]
    public async Task Append_CallsAndResults_ComeBackAsTheyWere()
    {
        await CreateAsync();
        var calls = ToolCalls.Write([new StoredToolCall("a", "look", "{\"x\": \"\0é\"}"), new StoredToolCall("b", "look", "")]);
        var caller = new NewMessage { Id = "m1", Role = MessageRole.Assistant, Content = "", ToolCallsJson = calls };
        var result = new NewMessage { Id = "m2", Role = MessageRole.Tool, Content = "seen", ToolCallId = "a", Name = "look" };

        var stored = await Messages.AppendAsync(Key, new Addition([caller, result], null, 100), None);

        var read = await Messages.PageAsync(Key, new MessagePage(0, null, false, 10), None);
        Assert.Equal(stored, read);
        Assert.Equal([caller, result], read.Select(message => message.Content));
        Assert.Equal(("look", "{\"x\": \"\0é\"}"), (
            ToolCalls.Read(read[0].Content.ToolCallsJson)[0].Name, ToolCalls.Read(read[0].Content.ToolCallsJson)[0].Arguments));
        var way = await Messages.PathAsync(Key, 0, "", 9, None);
        Assert.Equal([4, Encoding.UTF8.GetByteCount(calls)], way.Select(message => message.Bytes));
    }

    [StoreFact]
    public async Task Append_RetriedInParts_GoesOnBehindWhatIsThere()
    {
        await CreateAsync();
        await AppendAsync("m1", "m2");

        var stored = await AppendAsync("m2", "m3");

        Assert.Equal(["m1", "m2"], stored.Select(message => message.ParentId));
        Assert.Equal(["m1", "m2", "m3"], await IdsAsync());
    }

    [StoreFact]
    public async Task Append_BeyondTheLimit_StoresNothing()
    {
        await CreateAsync();
        await AppendAsync("m1");

        await Assert.ThrowsAsync<ConversationFullException>(
            () => Messages.AppendAsync(Key, new Addition([Message("m2"), Message("m3")], null, 2), None));

        Assert.Equal(["m1"], await IdsAsync());
    }

    [StoreFact]
    public async Task Append_AnyText_ComesBackAsItWas()
    {
        await CreateAsync(title: "\0");
        const string Odd = "a\0b 'quoted' \"x\" 😀 e\u0301 \u202e \u001a0\u001a1\u001a";
        var message = Message("m1") with { Content = Odd, AnnotationsJson = """{"n":1}""", Model = "m", TokenModel = "n" };

        await Messages.AppendAsync(Key, new Addition([message], null, 100), None);

        Assert.Equal(message, (await Messages.FindAsync(Key, "m1", None))?.Content);
        Assert.Equal("\0", (await Conversations.FindAsync(Key, None))?.Title);
    }

    [StoreFact]
    public async Task Append_FromManyWritersAtOnce_LosesNothing()
    {
        await CreateAsync();

        await Task.WhenAll(Enumerable.Range(0, 50).Select(i => AppendAsync($"m{i}")));

        var stored = await Messages.AllAsync(Key, 0, 100, None);
        Assert.Equal(Enumerable.Range(1, 50).Select(i => (long)i), stored.Select(message => message.Sequence));
        Assert.Equal(50, (await IdsAsync()).Distinct().Count());
    }

    [StoreFact]
    public async Task Append_BehindAnEarlierMessage_MakesABranch()
    {
        await CreateAsync();
        await AppendAsync("u1", "a1", "u2", "a2");

        await AppendBehindAsync("a1", "u2b", "a2b");

        Assert.Equal(["u1", "a1", "u2b", "a2b"], await IdsAsync());
        Assert.Equal(["u1", "a1", "u2", "a2"], await IdsAsync(head: 4));
        Assert.Equal(["u2", "u2b"], (await Messages.SiblingsAsync(Key, "u2", 10, None)).Select(message => message.Content.Id));
        Assert.Equal(
            [("a2b", 4, true), ("a2", 4, false)],
            (await Messages.BranchesAsync(Key, 10, None)).Select(branch => (branch.MessageId, branch.MessageCount, branch.IsCurrent)));
    }

    [StoreFact]
    public async Task Append_BehindNothing_BeginsAnew()
    {
        await CreateAsync();
        await AppendAsync("u1", "a1");

        await AppendBehindAsync("", "u1b");

        Assert.Equal(["u1b"], await IdsAsync());
        Assert.Equal(["u1", "u1b"], (await Messages.SiblingsAsync(Key, "u1b", 10, None)).Select(message => message.Content.Id));
    }

    [StoreFact]
    public async Task Append_BehindAMessageThatIsNotThere_IsRefused()
    {
        await CreateAsync();

        var error = await Assert.ThrowsAsync<MessageMissingException>(() => AppendBehindAsync("nowhere", "m1"));

        Assert.Equal("nowhere", error.MessageId);
        Assert.Empty(await IdsAsync());
    }

    [StoreFact]
    public async Task SetHead_EarlierMessage_GoesOnFromThere()
    {
        await CreateAsync();
        await AppendAsync("u1", "a1", "u2", "a2");

        Assert.True(await Messages.SetHeadAsync(Key, "a1", None));
        Assert.True((await Messages.BranchesAsync(Key, 10, None)).Single().IsCurrent);
        await AppendAsync("u3");

        Assert.Equal(["u1", "a1", "u3"], await IdsAsync());
        Assert.False(await Messages.SetHeadAsync(Key, "nowhere", None));
    }

    [StoreFact]
    public async Task Delete_MessageInTheMiddle_JoinsWhatIsAroundIt()
    {
        await CreateAsync();
        await AppendAsync("m1", "m2", "m3");
        await AppendBehindAsync("m2", "m3b");
        await PutSummaryAsync("m1", "before");
        await PutSummaryAsync("m2", "tells of it");

        Assert.True(await Messages.DeleteAsync(Key, "m2", None));

        Assert.Equal(["m1", "m3b"], await IdsAsync());
        Assert.Equal([2, 1], (await Messages.PathAsync(Key, 0, "", 10, None)).Select(message => message.Depth));
        Assert.Equal("m1", (await Messages.FindAsync(Key, "m3", None))?.ParentId);
        Assert.Equal("before", (await Summaries.ListAsync(Key, None)).Single().Text);
        Assert.Equal(3, (await Conversations.FindAsync(Key, None))?.MessageCount);
        Assert.False(await Messages.DeleteAsync(Key, "m2", None));
    }

    [StoreFact]
    public async Task Delete_Head_MovesTheHeadBack()
    {
        await CreateAsync();
        await AppendAsync("m1", "m2");

        await Messages.DeleteAsync(Key, "m2", None);
        await AppendAsync("m3");

        Assert.Equal(["m1", "m3"], await IdsAsync());
        Assert.Equal([1, 3], (await Messages.AllAsync(Key, 0, 10, None)).Select(message => message.Sequence));
    }

    [StoreFact]
    public async Task Page_BothWays_GoesOnBehindTheLastOne()
    {
        await CreateAsync();
        await AppendAsync("m1", "m2", "m3");
        await AppendBehindAsync("m1", "aside");

        Assert.Equal(["m1", "m2"], await IdsAsync(head: 3, limit: 2));
        Assert.Equal(["m3"], await IdsAsync(head: 3, after: 2, limit: 2));
        Assert.Equal(["m3", "m2"], await IdsAsync(head: 3, limit: 2, descending: true));
        Assert.Equal(["m1"], await IdsAsync(head: 3, after: 2, limit: 2, descending: true));
    }

    [StoreFact]
    public async Task Path_CountsOfSeveralModels_AreToldApart()
    {
        await CreateAsync();
        await Messages.AppendAsync(
            Key, new Addition([Message("m1") with { TokenCount = 7, TokenModel = "a" }, Message("m2"), Message("m3")], null, 10), None);
        await Messages.PutCountsAsync(Key, "a", [KeyValuePair.Create("m2", 5), KeyValuePair.Create("gone", 1)], None);
        await Messages.PutCountsAsync(Key, "b", [KeyValuePair.Create("m2", 6)], None);
        await Messages.PutCountsAsync(Key, "b", [KeyValuePair.Create("m2", 8)], None);

        Assert.Equal([null, 5, 7], await TokensAsync("a"));
        Assert.Equal([null, 8, null], await TokensAsync("b"));
        Assert.Equal([3, 3, 7], await TokensAsync(""));
    }

    [StoreFact]
    public async Task Path_LongerThanAsked_IsItsNewestPart()
    {
        await CreateAsync();
        await Messages.AppendAsync(
            Key, new Addition([System("s1"), Message("m1") with { Content = "é€" }, System("s2"), Message("m2")], null, 10), None);

        var path = await Messages.PathAsync(Key, 0, "", 3, None);

        Assert.Equal(["m2", "s2", "m1"], path.Select(message => message.Id));
        Assert.Equal((5, 2), (path[^1].Bytes, path[^1].Depth));
        Assert.Equal("s1", (await Messages.FirstSystemAsync(Key, 4, "", None))?.Id);
        Assert.Equal(["m1", "m2"], (await Messages.ReadAsync(Key, [4, 2], None)).Select(message => message.Content.Id));
    }

    [StoreFact]
    public async Task PutSummary_MoreThanAreKept_ForgetsThoseChangedLongestAgo()
    {
        await CreateAsync();
        await AppendAsync("m1", "m2", "m3");
        foreach (var id in (string[])["m1", "m2", "m2", "m3"]) await PutSummaryAsync(id, $"to {id}", keep: 2);

        var kept = await Summaries.ListAsync(Key, None);

        Assert.Equal(["to m2", "to m3"], kept.Select(summary => summary.Text));
        Assert.Equal(new Fact(MessageRole.User, "A fact.\0", 1, 4), kept[0].Facts.Single());
        Assert.Null(await Summaries.PutAsync(Key, Summary("gone", "x"), 2, None));
    }

    [StoreFact]
    public async Task List_Paged_IsNewestFirstAndComplete()
    {
        foreach (var id in (string[])["a", "b", "c"]) await CreateAsync(id);

        var first = await Conversations.ListAsync("t", null, 2, None);
        var second = await Conversations.ListAsync("t", first[^1].Number, 2, None);

        Assert.Equal(["c", "b", "a"], first.Concat(second).Select(entry => entry.Conversation.Id));
    }

    [StoreFact]
    public async Task Delete_Conversation_LeavesNothingBehind()
    {
        await CreateAsync();
        await AppendAsync("m1");
        await Messages.PutCountsAsync(Key, "a", [KeyValuePair.Create("m1", 5)], None);
        await PutSummaryAsync("m1", "told");

        Assert.True(await Conversations.DeleteAsync(Key, None));
        await CreateAsync();

        Assert.Empty(await Messages.AllAsync(Key, 0, 10, None));
        Assert.Empty(await Summaries.ListAsync(Key, None));
        foreach (var table in (string[])["messages", "token_counts", "summaries"])
            Assert.Equal(0, await Database.ReadAsync(session => session.NumberAsync($"SELECT COUNT(*) FROM {table}", Key), None));
    }

    [StoreFact]
    public async Task Expire_SomeTenants_DeletesTheOldestOfTheseUpToTheLimit()
    {
        foreach (var (id, day) in ((string, int)[])[("old", 1), ("older", 0), ("new", 9)])
            await Conversations.TryCreateAsync("t", Named(id, day: day), 100, None);
        await Conversations.TryCreateAsync("kept", Named("old"), 100, None);
        var expiry = new Expiry(DateTimeOffset.UnixEpoch.AddDays(5), Tenant: null, ["kept"], Limit: 1);

        Assert.Equal(1, await Conversations.ExpireAsync(expiry, None));
        Assert.Equal(["new", "old"], await ConversationIdsAsync("t"));
        Assert.Equal(1, await Conversations.ExpireAsync(expiry, None));
        Assert.Equal(0, await Conversations.ExpireAsync(expiry, None));
        Assert.Equal(["new"], await ConversationIdsAsync("t"));
        Assert.Equal(["old"], await ConversationIdsAsync("kept"));
        Assert.Equal(1, await Conversations.ExpireAsync(expiry with { Tenant = "kept", Except = [] }, None));
    }

    protected Task<CreateOutcome> CreateAsync(string id = "c", string title = "", int conversationsMax = 100) =>
        Conversations.TryCreateAsync("t", Named(id, title), conversationsMax, None);

    protected async Task<IReadOnlyList<StoredMessage>> AppendAsync(params string[] ids) =>
        await Messages.AppendAsync(Key, new Addition([.. ids.Select(Message)], null, 100), None) ?? [];

    protected async Task<List<string>> IdsAsync(long head = 0, long? after = null, int limit = 100, bool descending = false) =>
    [
        .. (await Messages.PageAsync(Key, new MessagePage(head, after, descending, limit), None)).Select(message => message.Content.Id),
    ];

    private static NewMessage Message(string id) => new() { Id = id, Role = MessageRole.User, Content = $"text of {id}", TokenCount = 3 };

    private static NewMessage System(string id) => Message(id) with { Role = MessageRole.System };

    private static Conversation Named(string id, string title = "", int day = 0) => Conversation.New(
        id, title, new Dictionary<string, string> { ["k"] = "v" }, DateTimeOffset.UnixEpoch.AddDays(day));

    private static StoredSummary Summary(string messageId, string text) =>
        new(0, messageId, text, "m", [new Fact(MessageRole.User, "A fact.\0", 1, 4)], default);

    private Task<StoredSummary?> PutSummaryAsync(string messageId, string text, int keep = 8) =>
        Summaries.PutAsync(Key, Summary(messageId, text), keep, None);

    private Task<IReadOnlyList<StoredMessage>?> AppendBehindAsync(string parentId, params string[] ids) =>
        Messages.AppendAsync(Key, new Addition([.. ids.Select(Message)], parentId, 100), None);

    private async Task<IEnumerable<int?>> TokensAsync(string model) =>
        (await Messages.PathAsync(Key, 0, model, 10, None)).Select(message => message.Tokens);

    private async Task<IEnumerable<string>> ConversationIdsAsync(string tenant) =>
        (await Conversations.ListAsync(tenant, null, 10, None)).Select(entry => entry.Conversation.Id);
}

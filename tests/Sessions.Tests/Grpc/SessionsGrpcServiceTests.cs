using Millrace.Contracts.Sessions.V1;
using Millrace.ServiceDefaults.Calls;
using Millrace.ServiceDefaults.Errors;
using Millrace.TestShared;

namespace Millrace.Sessions.Tests.Grpc;

public sealed class SessionsGrpcServiceTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private ServiceUnderTest? _service;

    private SessionsService.SessionsServiceClient Client => new(_service!.Invoker());

    public async Task InitializeAsync() => _service = await ServiceUnderTest.StartAsync(
        builder => builder.AddSessions(), app => app.MapSessions(), ("MILLRACE_DATA_DIR", _folder.Path));

    [Fact]
    public async Task Conversation_CreatedAppendedAndWindowed_RoundTrips()
    {
        var created = await Client.CreateConversationAsync(new CreateConversationRequest { Title = "t", Metadata = { ["k"] = "v" } });
        var id = created.Conversation.Id;
        await Client.AppendMessagesAsync(new AppendMessagesRequest
        {
            ConversationId = id,
            Messages = { User("m1", "hello"), User("m2", "again") },
        });

        var window = await Client.GetWindowAsync(new GetWindowRequest { ConversationId = id, TokensMax = 1000 });
        var read = await Client.GetConversationAsync(new GetConversationRequest { Id = id });

        Assert.Equal(["hello", "again"], window.Messages.Select(message => message.Content));
        Assert.Equal(2u, read.Conversation.MessageCount);
        Assert.Equal("v", read.Conversation.Metadata["k"]);
        Assert.Empty(_service!.Errors);
    }

    [Fact]
    public async Task Append_CreateIfMissing_CreatesTheConversation()
    {
        var request = new AppendMessagesRequest { ConversationId = "new", Messages = { User("m1", "x") }, CreateIfMissing = true };

        var stored = await Client.AppendMessagesAsync(request);

        Assert.Equal(1u, stored.Messages.Single().Sequence);
    }

    [Fact]
    public async Task GetConversation_OfAnotherTenant_IsNotFound()
    {
        await Client.CreateConversationAsync(new CreateConversationRequest { Id = "mine" });

        CallContext.Current = new CallContext("other", "r");
        var error = await Assert.ThrowsAsync<MillraceException>(
            async () => await Client.GetConversationAsync(new GetConversationRequest { Id = "mine" }));

        Assert.Equal(Reason.ConversationNotFound, error.Reason);
    }

    public static TheoryData<string, AppendMessagesRequest> BadAppends => new()
    {
        { "messages", new AppendMessagesRequest { ConversationId = "c" } },
        { "messages[0].id", new AppendMessagesRequest { ConversationId = "c", Messages = { User("", "x") } } },
        { "messages[0].id", new AppendMessagesRequest { ConversationId = "c", Messages = { User("m\n", "x") } } },
        { "messages[0].id", new AppendMessagesRequest { ConversationId = "c", Messages = { User("root", "x") } } },
        { "messages[0].role", new AppendMessagesRequest { ConversationId = "c", Messages = { new Message { Id = "m", Content = "x" } } } },
        { "messages[0].content", new AppendMessagesRequest { ConversationId = "c", Messages = { User("m", new string('x', 1 << 21)) } } },
        { "conversation_id", new AppendMessagesRequest { ConversationId = "../etc", Messages = { User("m", "x") } } },
    };

    [Theory]
    [MemberData(nameof(BadAppends))]
    public async Task Append_BadInput_NamesTheField(string param, AppendMessagesRequest request)
    {
        await Client.CreateConversationAsync(new CreateConversationRequest { Id = "c" });

        var error = await Assert.ThrowsAsync<MillraceException>(async () => await Client.AppendMessagesAsync(request));

        Assert.Equal(Reason.InvalidArgument, error.Reason);
        Assert.Equal(param, error.Param);
        Assert.Empty(_service!.Errors);
    }

    [Theory]
    [InlineData("a b c")]
    [InlineData("a b c d")]
    public async Task ListConversations_Paged_EndsWithAnEmptyToken(string ids)
    {
        foreach (var id in ids.Split(' ')) await Client.CreateConversationAsync(new CreateConversationRequest { Id = id });

        List<string> seen = [];
        var token = "";
        do
        {
            var page = await Client.ListConversationsAsync(new ListConversationsRequest { PageSize = 2, PageToken = token });
            Assert.NotEmpty(page.Conversations);
            seen.AddRange(page.Conversations.Select(conversation => conversation.Id));
            token = page.NextPageToken;
        }
        while (token.Length > 0);

        Assert.Equal(ids.Split(' ').Reverse(), seen);
    }

    [Fact]
    public async Task Window_CountedForTheModel_FitsExactlyAndNamesWhatIsNotCounted()
    {
        await AppendAsync("", User("m1", "one two three"), Answer("m2", "four five"), User("m3", "six"));
        var asked = new GetWindowRequest { ConversationId = "c", TokensMax = 3, Model = "m" };

        var before = await Client.GetWindowAsync(asked);
        var counts = before.Uncounted.Select(
            message => new TokenCount { MessageId = message.Id, Count = (uint)message.Content.Split(' ').Length });
        await Client.PutTokenCountsAsync(new PutTokenCountsRequest { ConversationId = "c", Model = "m", Counts = { counts } });
        var narrow = await Client.GetWindowAsync(asked);
        asked.TokensMax = 6;
        var wide = await Client.GetWindowAsync(asked);

        Assert.Equal(["m3", "m2", "m1"], before.Uncounted.Select(message => message.Id));
        Assert.Equal(["m3"], narrow.Messages.Select(message => message.Id));
        Assert.Equal((2u, 1u), (narrow.DroppedCount, narrow.TokenCount));
        Assert.Empty(narrow.Uncounted);
        Assert.Equal((3, 6u), (wide.Messages.Count, wide.TokenCount));
    }

    [Fact]
    public async Task Window_OfABranch_HasThatBranchAlone()
    {
        await AppendAsync("", User("u1", "a"), Answer("a1", "b"), User("u2", "c"), Answer("a2", "d"));
        await AppendAsync("u2", Answer("a2b", "e"));

        var current = await WindowAsync("");
        var other = await WindowAsync("a2");

        Assert.Equal(["u1", "a1", "u2", "a2b"], current.Messages.Select(message => message.Id));
        Assert.Equal(["u1", "a1", "u2", "a2"], other.Messages.Select(message => message.Id));
        Assert.Equal(("a2b", "a2"), (current.HeadMessageId, other.HeadMessageId));
        Assert.Empty((await WindowAsync("root")).Messages);
        var error = await Assert.ThrowsAsync<MillraceException>(() => WindowAsync("nowhere"));
        Assert.Equal((Reason.MessageNotFound, "head_message_id"), (error.Reason, error.Param));
    }

    [Fact]
    public async Task Window_MessagesFellOut_TellsTheirFactsAtOnceAndTheSummaryWhenThereIsOne()
    {
        await AppendAsync(
            "",
            User("u1", "My order is AB-1234. It is nice weather."),
            Answer("a1", "We will deliver it on 2026-05-03."),
            User("u2", "ok"),
            Answer("a2", "fine"));
        var asked = new GetWindowRequest { ConversationId = "c", TokensMax = 8, IncludeFallen = true };

        var before = await Client.GetWindowAsync(asked);
        await Client.PutSummaryAsync(
            new PutSummaryRequest { ConversationId = "c", ThroughMessageId = "a1", Text = "An order.", Model = "m" });
        await AppendAsync("", User("u3", "Remember that Ada pays."), Answer("a3", "noted"), User("u4", "yes"), Answer("a4", "good"));
        var after = await Client.GetWindowAsync(asked);

        Assert.Equal(["u2", "a2"], before.Messages.Select(message => message.Id));
        Assert.Equal(["u1", "a1"], before.Fallen.Select(message => message.Id));
        Assert.Equal("", before.Summary.Text);
        Assert.Equal(
            ["My order is AB-1234.", "We will deliver it on 2026-05-03."], before.Summary.Facts.Select(fact => fact.Text).Order());
        Assert.Equal(["u2", "a2", "u3", "a3"], after.Fallen.Select(message => message.Id));
        Assert.Equal(("An order.", "a1"), (after.Summary.Text, after.Summary.ThroughMessageId));
        Assert.Contains("Remember that Ada pays.", after.Summary.Facts.Select(fact => fact.Text));
        Assert.Equal(3, after.Summary.Facts.Count);
    }

    [Fact]
    public async Task Window_SummaryOfAnotherBranch_IsNotTold()
    {
        await AppendAsync("", User("u1", "x"), Answer("a1", "y"), User("u2", "My code is ZZ-99."), Answer("a2", "z"));
        await Client.PutSummaryAsync(new PutSummaryRequest { ConversationId = "c", ThroughMessageId = "a2", Text = "Secret of a2." });
        await AppendAsync("a1", User("u2b", "q"), Answer("a2b", "r"));

        var window = await Client.GetWindowAsync(new GetWindowRequest { ConversationId = "c", TokensMax = 2 });

        Assert.Equal(2u, window.DroppedCount);
        Assert.Null(window.Summary);
    }

    [Fact]
    public async Task Messages_ReadDeletedAndListed_FollowTheBranch()
    {
        await AppendAsync("", User("u1", "a"), Answer("a1", "b"));
        await AppendAsync("u1", Answer("a1b", "c"));
        var asked = new ListMessagesRequest { ConversationId = "c", Descending = true, PageSize = 1 };

        var newest = await Client.ListMessagesAsync(asked);
        asked.AfterMessageId = "a1b";
        var next = await Client.ListMessagesAsync(asked);
        var siblings = await Client.ListSiblingsAsync(new ListSiblingsRequest { ConversationId = "c", MessageId = "a1" });
        var branches = await Client.ListBranchesAsync(new ListBranchesRequest { ConversationId = "c" });
        var moved = await Client.SetHeadAsync(new SetHeadRequest { ConversationId = "c", MessageId = "a1" });
        var left = await Client.DeleteMessageAsync(new DeleteMessageRequest { ConversationId = "c", MessageId = "a1" });

        Assert.Equal(("a1b", true), (newest.Messages.Single().Id, newest.HasMore));
        Assert.Equal(("u1", false), (next.Messages.Single().Id, next.HasMore));
        Assert.Equal(["a1", "a1b"], siblings.Messages.Select(message => message.Id));
        Assert.Equal(["a1b", "a1"], branches.Branches.Select(branch => branch.HeadMessageId));
        Assert.Equal("a1", moved.Conversation.HeadMessageId);
        Assert.Equal(("u1", 2u), (left.Conversation.HeadMessageId, left.Conversation.MessageCount));
        var get = new GetMessageRequest { ConversationId = "c", MessageId = "a1" };
        var error = await Assert.ThrowsAsync<MillraceException>(async () => await Client.GetMessageAsync(get));
        Assert.Equal(Reason.MessageNotFound, error.Reason);
    }

    [Fact]
    public async Task UpdateConversation_UnsetFields_AreKept()
    {
        await Client.CreateConversationAsync(new CreateConversationRequest { Id = "c", Title = "t", Metadata = { ["k"] = "v" } });

        var titled = await Client.UpdateConversationAsync(new UpdateConversationRequest { Id = "c", Title = "" });
        var bare = await Client.UpdateConversationAsync(new UpdateConversationRequest { Id = "c", Metadata = new Metadata() });

        Assert.Equal(("", "v"), (titled.Conversation.Title, titled.Conversation.Metadata["k"]));
        Assert.Empty(bare.Conversation.Metadata);
    }

    [Fact]
    public async Task Export_WithBranchesAndSummary_HasEverything()
    {
        await AppendAsync("", User("u1", "a"), Answer("a1", "b"));
        await AppendAsync("u1", Answer("a1b", "c"));
        await Client.PutSummaryAsync(new PutSummaryRequest { ConversationId = "c", ThroughMessageId = "u1", Text = "sum" });

        List<ExportConversationResponse> parts = [];
        using var call = Client.ExportConversation(new ExportConversationRequest { ConversationId = "c" });
        while (await call.ResponseStream.MoveNext(CancellationToken.None)) parts.Add(call.ResponseStream.Current);

        Assert.Equal("c", parts[0].Conversation.Id);
        Assert.Equal(
            [("u1", ""), ("a1", "u1"), ("a1b", "u1")],
            parts[1..4].Select(part => (part.Message.Id, part.Message.ParentMessageId)));
        Assert.Equal("sum", parts[4].Summary.Text);
        Assert.Equal(5, parts.Count);
    }

    [Fact]
    public async Task Health_WithAReadableStore_IsHealthy()
    {
        using var response = await _service!.Http.GetAsync(new Uri("/health", UriKind.Relative));

        Assert.True(response.IsSuccessStatusCode);
    }

    public async Task DisposeAsync()
    {
        if (_service is not null) await _service.DisposeAsync();
        _folder.Dispose();
    }

    private static Message User(string id, string content) => new() { Id = id, Role = MessageRole.User, Content = content };

    private static Message Answer(string id, string content) => new() { Id = id, Role = MessageRole.Assistant, Content = content };

    private async Task AppendAsync(string parentId, params Message[] messages) => await Client.AppendMessagesAsync(
        new AppendMessagesRequest { ConversationId = "c", ParentMessageId = parentId, Messages = { messages }, CreateIfMissing = true });

    private async Task<GetWindowResponse> WindowAsync(string headId) => await Client.GetWindowAsync(
        new GetWindowRequest { ConversationId = "c", TokensMax = 1000, HeadMessageId = headId });
}

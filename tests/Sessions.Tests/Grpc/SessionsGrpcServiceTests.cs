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
}

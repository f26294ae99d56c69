using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Millrace.Contracts.Sessions.V1;
using Millrace.ServiceDefaults.Calls;
using Millrace.Sessions.Retention;
using Millrace.TestShared;

namespace Millrace.Sessions.Tests.Retention;

public sealed class RetentionSweeperTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly ManualTimeProvider _time = new();
    private ServiceUnderTest? _service;

    private SessionsService.SessionsServiceClient Client => new(_service!.Invoker());

    private RetentionSweeper Sweeper => _service!.Services.GetServices<IHostedService>().OfType<RetentionSweeper>().Single();

    public async Task InitializeAsync() => _service = await ServiceUnderTest.StartAsync(
        builder =>
        {
            builder.Services.AddSingleton<TimeProvider>(_time);
            builder.AddSessions();
        },
        app => app.MapSessions(),
        ("MILLRACE_DATA_DIR", _folder.Path),
        ("Sessions:Retention:Days", "30"),
        ("Sessions:Retention:BatchMax", "2"),
        ("Sessions:Retention:Interval", "7.00:00:00"),
        ("Sessions:Retention:Tenants:short", "1"),
        ("Sessions:Retention:Tenants:keeper", "0"));

    [Fact]
    public async Task Sweep_AfterSomeDays_DeletesWhatIsDueForEachTenant()
    {
        await _time.UntilTimedAsync().DefaultTimeout();
        foreach (var tenant in (string[])["default", "short", "keeper"])
            for (var i = 0; i < 5; i++) await AppendAsync(tenant, $"c{i}");

        Assert.Equal(0, await Sweeper.SweepAsync(CancellationToken.None));
        _time.Advance(TimeSpan.FromDays(2));
        Assert.Equal(5, await Sweeper.SweepAsync(CancellationToken.None));
        _time.Advance(TimeSpan.FromDays(2));
        await AppendAsync("default", "c0");
        _time.Advance(TimeSpan.FromDays(2));
        Assert.Equal(0, await Sweeper.SweepAsync(CancellationToken.None));
        _time.Advance(TimeSpan.FromDays(25));
        var later = await Sweeper.SweepAsync(CancellationToken.None);

        Assert.InRange(later, 0, 4);
        Assert.Equal(["c0"], await IdsAsync("default"));
        Assert.Empty(await IdsAsync("short"));
        Assert.Equal(5, (await IdsAsync("keeper")).Count());
    }

    [Fact]
    public void Validate_ImpossibleTimes_NamesThem()
    {
        var options = new RetentionOptions { Interval = TimeSpan.Zero, Tenants = { ["a"] = -1 } };

        var errors = options.Validate().ToList();

        Assert.Equal(2, errors.Count);
        Assert.Contains(errors, error => error.Contains("Tenants:a", StringComparison.Ordinal));
    }

    public async Task DisposeAsync()
    {
        if (_service is not null) await _service.DisposeAsync();
        _folder.Dispose();
    }

    private async Task AppendAsync(string tenant, string id)
    {
        CallContext.Current = new CallContext(tenant, "r");
        await Client.AppendMessagesAsync(new AppendMessagesRequest
        {
            ConversationId = id,
            CreateIfMissing = true,
            Messages = { new Message { Id = CallContext.NewRequestId(), Role = MessageRole.User, Content = "x" } },
        });
    }

    private async Task<IEnumerable<string>> IdsAsync(string tenant)
    {
        CallContext.Current = new CallContext(tenant, "r");
        var listed = await Client.ListConversationsAsync(new ListConversationsRequest());
        return listed.Conversations.Select(conversation => conversation.Id);
    }
}

using System.Collections.Concurrent;
using System.Diagnostics;
using Millrace.Contracts.Sessions.V1;
using Millrace.ServiceDefaults.Errors;
using Millrace.Sessions.Tests.Fixtures;
using Millrace.TestShared;
using Xunit.Abstractions;

namespace Millrace.Sessions.Tests.Durability;

/// <summary>The service is killed again and again while many append to it: every acknowledged message is there once, in order.</summary>
public abstract class KillContract(ITestOutputHelper output)
{
    private const int Kills = 20;
    private const int WritersPerConversation = 2;
    private const int AcknowledgedMax = 60;
    private static readonly string[] Conversations = ["c1", "c2", "c3", "c4"];

    /// <summary>What the service is told of its store.</summary>
    protected abstract IEnumerable<(string Name, string Value)> Settings { get; }

    [StoreFact]
    public async Task Append_KilledTwentyTimes_LosesNothingAcknowledgedAndStoresNothingTwice()
    {
        using var folder = new TemporaryFolder();
        var (random, watch) = (new Random(20260401), Stopwatch.StartNew());
        List<Writer> writers =
        [
            .. Conversations.SelectMany(conversation =>
                Enumerable.Range(0, WritersPerConversation).Select(i => new Writer(conversation, $"w{i}"))),
        ];
        for (var kill = 0; kill < Kills; kill++)
        {
            using var service = await ServiceProcess.StartAsync(folder.Path, Settings);
            await WriteUntilKilledAsync(service, writers, random.Next(1, AcknowledgedMax));
        }

        using var survivor = await ServiceProcess.StartAsync(folder.Path, Settings);
        var acknowledged = writers.Sum(writer => writer.Acknowledged.Count);
        output.WriteLine($"{Kills} kills in {watch.Elapsed.TotalSeconds:f1} s, {acknowledged} messages acknowledged");
        foreach (var conversation in Conversations)
            await AssertAsync(survivor, conversation, [.. writers.Where(writer => writer.Conversation == conversation)]);
        Assert.True(acknowledged > Kills);
    }

    private static async Task WriteUntilKilledAsync(ServiceProcess service, IEnumerable<Writer> writers, int acknowledgedMax)
    {
        var left = acknowledgedMax;
        var enough = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var writing = writers.Select(writer => writer.RunAsync(
            service.Client,
            () =>
            {
                if (Interlocked.Decrement(ref left) == 0) enough.TrySetResult();
            })).ToList();
        await enough.Task.DefaultTimeout();
        await service.KillAsync();
        await Task.WhenAll(writing).DefaultTimeout();
    }

    private static async Task AssertAsync(ServiceProcess service, string conversation, IReadOnlyList<Writer> writers)
    {
        List<Message> stored = [];
        var request = new ListMessagesRequest { ConversationId = conversation, PageSize = 1000 };
        ListMessagesResponse page;
        do
        {
            page = await service.Client.ListMessagesAsync(request);
            stored.AddRange(page.Messages);
            request.AfterSequence = stored.Count > 0 ? stored[^1].Sequence : 0;
        }
        while (page.HasMore);

        Assert.Equal(Enumerable.Range(1, stored.Count).Select(i => (ulong)i), stored.Select(message => message.Sequence));
        Assert.Equal(stored.Count, stored.Select(message => message.Id).Distinct().Count());
        Assert.Equal(["", .. stored.SkipLast(1).Select(message => message.Id)], stored.Select(message => message.ParentMessageId));
        foreach (var writer in writers)
        {
            var own = stored.Where(message => message.Id.StartsWith(writer.Name, StringComparison.Ordinal)).ToList();
            Assert.Equal(Enumerable.Range(0, own.Count).Select(i => $"{writer.Name}-{i}"), own.Select(message => message.Id));
            Assert.All(writer.Acknowledged, told => Assert.Equal(told.Sequence, own[told.Number].Sequence));

            // One more than was acknowledged may be there: the one whose answer was lost.
            Assert.InRange(own.Count, writer.Acknowledged.Count, writer.Acknowledged.Count + 1);
        }
    }

    /// <summary>Appends one message after the other, and the same one again when nobody acknowledged it.</summary>
    private sealed class Writer(string conversation, string name)
    {
        public string Conversation { get; } = conversation;

        public string Name { get; } = name;

        public ConcurrentQueue<(int Number, ulong Sequence)> Acknowledged { get; } = new();

        public async Task RunAsync(SessionsService.SessionsServiceClient client, Action acknowledged)
        {
            try
            {
                while (true)
                {
                    var number = Acknowledged.Count;
                    var answer = await client.AppendMessagesAsync(Request(number));
                    Acknowledged.Enqueue((number, answer.Messages.Single().Sequence));
                    acknowledged();
                }
            }
            catch (MillraceException)
            {
                // It was killed.
            }
        }

        private AppendMessagesRequest Request(int number) => new()
        {
            ConversationId = Conversation,
            CreateIfMissing = true,
            Messages = { new Message { Id = $"{Name}-{number}", Role = MessageRole.User, Content = $"text {number}" } },
        };
    }
}

public sealed class SqliteKillTests(ITestOutputHelper output) : KillContract(output)
{
    protected override IEnumerable<(string Name, string Value)> Settings => [];
}

[Collection(PostgresServer.Collection)]
public sealed class PostgresKillTests(PostgresServer server, ITestOutputHelper output) : KillContract(output), IAsyncLifetime
{
    protected override IEnumerable<(string Name, string Value)> Settings =>
        [("Sessions__Store__Kind", "Postgres"), ("ConnectionStrings__sessions", server.ConnectionString)];

    public Task InitializeAsync() => server.ClearAsync();

    public Task DisposeAsync() => Task.CompletedTask;
}

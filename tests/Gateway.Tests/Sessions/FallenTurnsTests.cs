using Millrace.Contracts.Inference.V1;
using Millrace.Gateway.Tests.Fakes;
using Millrace.TestShared;

namespace Millrace.Gateway.Tests.Sessions;

/// <summary>
/// A long conversation through a real gateway and a real store: what the model still knows of turns that it no longer sees.
/// </summary>
public sealed class FallenTurnsTests
{
    private const string Asked = "What did we decide?";
    private static readonly string[] Turns =
    [
        "My name is Ada Lovelace and my order is AB-1234.",
        "We decided to ship it to Torino on 2026-05-03, not to Milano.",
        "The budget must stay below 4500 euros.",
    ];

    [Fact]
    public async Task Chat_TurnsThatFellOut_TheirEntitiesAndDecisionsAreInThePromptWordForWord()
    {
        await using var sessions = await RealSessions.StartAsync();
        await using var platform = await StartAsync(sessions, ("Gateway:QuotingModels:0", "plain"));
        foreach (var turn in Turns) await SayAsync(platform, turn);
        for (var i = 0; i < 6; i++) await SayAsync(platform, Chatter(i));

        await SayAsync(platform, Asked);

        var prompt = platform.Inference.Requests.Last(request => request.Chat.Messages[^1].Content == Asked).Chat.Messages;
        var known = Assert.Single(prompt, message => message.Role == ChatRole.System).Content;
        Assert.All(Turns, turn => Assert.Contains($"- User: {turn}", known, StringComparison.Ordinal));
        Assert.DoesNotContain(prompt.Where(message => message.Role == ChatRole.User), message => Turns.Contains(message.Content));
        Assert.DoesNotContain("nothing in it", known, StringComparison.Ordinal);
        Assert.Empty(platform.Gateway.Errors);
    }

    [Fact]
    public async Task Chat_SummaryOfFallenTurns_IsWrittenStoredAndShownWithTheFacts()
    {
        await using var sessions = await RealSessions.StartAsync();
        await using var platform = await StartAsync(sessions);
        var written = new TaskCompletionSource<GenerateRequest>(TaskCreationOptions.RunContinuationsAsynchronously);
        platform.Inference.Script = (request, speaker) =>
        {
            if (request.Priority != Priority.Batch) return speaker.SayAsync("Noted.");
            written.TrySetResult(request);
            return speaker.SayAsync("Ada ", "ships ", "to ", "Torino.");
        };
        foreach (var turn in Turns) await SayAsync(platform, turn);
        for (var i = 0; i < 6; i++) await SayAsync(platform, Chatter(i));

        var told = (await written.Task.DefaultTimeout()).Chat.Messages[^1].Content;
        Assert.Contains("AB-1234", told, StringComparison.Ordinal);

        // The summary is stored behind the answer that it came with, and is there for one of the next.
        string? known = null;
        for (var i = 0; i < 50 && known?.Contains("Ada ships to Torino.", StringComparison.Ordinal) != true; i++)
        {
            await SayAsync(platform, Asked);
            known = platform.Inference.Requests.Last(request => request.Chat.Messages[^1].Content == Asked)
                .Chat.Messages.FirstOrDefault(message => message.Role == ChatRole.System)?.Content;
        }

        Assert.Contains("Ada ships to Torino.", known, StringComparison.Ordinal);
        Assert.Contains("AB-1234", known, StringComparison.Ordinal);
    }

    private static Task<Platform> StartAsync(RealSessions sessions, params (string, string)[] settings) =>
        Platform.StartAsync(settings: [sessions.Setting, ("Gateway:HistoryTokensMax", "40"), .. settings]);

    private static string Chatter(int number) => $"and so on and so forth, nothing in it, {(char)('a' + number)}";

    private static async Task SayAsync(Platform platform, string text)
    {
        var body = new
        {
            model = "plain",
            messages = new[] { new { role = "user", content = text } },
            millrace = new { conversation_id = "talk-1" },
        };
        using var response = await platform.ChatAsync(body);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
    }
}

using Millrace.Sessions.Conversations;
using Millrace.Sessions.Windowing;

namespace Millrace.Sessions.Tests.Windowing;

public sealed class ConversationWindowTests
{
    [Fact]
    public void Choose_EverythingFits_KeepsEverything()
    {
        var messages = Conversation(("system", 5), ("user", 10), ("assistant", 10), ("user", 3));

        var window = ConversationWindow.Choose(messages, messages[0], tokensMax: 28, messages.Count);

        Assert.Equal([1, 2, 3, 4], window.Messages.Select(message => message.Sequence));
        Assert.Equal(28, window.TokenCount);
        Assert.Equal(0, window.DroppedCount);
    }

    [Fact]
    public void Choose_OldTurnDoesNotFit_DropsTheWholeTurnAndKeepsTheSystemMessage()
    {
        var messages = Conversation(("system", 5), ("user", 10), ("assistant", 10), ("user", 3), ("assistant", 4));

        var window = ConversationWindow.Choose(messages, messages[0], tokensMax: 25, messages.Count);

        Assert.Equal([1, 4, 5], window.Messages.Select(message => message.Sequence));
        Assert.Equal(12, window.TokenCount);
        Assert.Equal(2, window.DroppedCount);
    }

    [Fact]
    public void Choose_SystemMessageOlderThanTheRecentOnes_IsKept()
    {
        var messages = Conversation(("system", 5), ("user", 10), ("assistant", 10), ("user", 3));

        var window = ConversationWindow.Choose([.. messages.Skip(2)], messages[0], tokensMax: 100, messageCount: 4);

        Assert.Equal(1, window.Messages[0].Sequence);
        Assert.Equal(5 + 10 + 3, window.TokenCount);
    }

    [Fact]
    public void Choose_UncountedMessage_CountsAsItsBytes()
    {
        StoredMessage[] messages = [Stored(1, MessageRole.User, tokens: 0, content: "é€")];

        Assert.Empty(ConversationWindow.Choose(messages, system: null, tokensMax: 4, messageCount: 1).Messages);
        Assert.Single(ConversationWindow.Choose(messages, system: null, tokensMax: 5, messageCount: 1).Messages);
    }

    [Fact]
    public void Choose_AnyConversationAndBudget_NeverExceedsTheBudgetNorSplitsATurn()
    {
        var random = new Random(20260101);
        for (var round = 0; round < 2000; round++)
        {
            var messages = Conversation([.. Enumerable.Range(0, random.Next(1, 12))
                .Select(_ => (random.Next(3) == 0 ? "assistant" : "user", random.Next(1, 20)))]);
            var budget = random.Next(0, 120);

            var window = ConversationWindow.Choose(messages, system: null, budget, messages.Count);

            Assert.True(window.TokenCount <= budget);
            Assert.Equal(window.Messages.Sum(message => message.Content.TokenCount), window.TokenCount);
            Assert.Equal(messages.Count, window.Messages.Count + window.DroppedCount);
            var isSuffix = window.Messages.SequenceEqual(messages.Skip(window.DroppedCount));
            Assert.True(isSuffix);
            if (window.DroppedCount > 0 && window.Messages.Count > 0) Assert.Equal(MessageRole.User, window.Messages[0].Content.Role);
        }
    }

    private static List<StoredMessage> Conversation(params (string Role, int Tokens)[] messages) =>
        [.. messages.Select((message, i) => Stored(i + 1, Enum.Parse<MessageRole>(message.Role, ignoreCase: true), message.Tokens))];

    private static StoredMessage Stored(long sequence, MessageRole role, int tokens, string content = "text") => new(
        sequence,
        new NewMessage { Id = $"m{sequence}", Role = role, Content = content, TokenCount = tokens },
        DateTimeOffset.UnixEpoch);
}

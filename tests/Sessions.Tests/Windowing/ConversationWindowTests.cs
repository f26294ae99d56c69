using Millrace.Sessions.Messages;
using Millrace.Sessions.Windowing;

namespace Millrace.Sessions.Tests.Windowing;

public sealed class ConversationWindowTests
{
    private static readonly string[] Roles = ["user", "user", "assistant", "tool", "system"];

    [Fact]
    public void Choose_EverythingFits_KeepsEverything()
    {
        var path = Path(("system", 5), ("user", 10), ("assistant", 10), ("user", 3));

        var window = ConversationWindow.Choose(path, path[0], tokensMax: 28, keepLastTurn: false);

        Assert.Equal([1, 2, 3, 4], Sequences(window));
        Assert.Equal(28, window.TokenCount);
        Assert.Empty(window.Fallen);
    }

    [Fact]
    public void Choose_OldTurnDoesNotFit_DropsTheWholeTurnAndKeepsTheSystemMessage()
    {
        var path = Path(("system", 5), ("user", 10), ("assistant", 10), ("user", 3), ("assistant", 4));

        var window = ConversationWindow.Choose(path, path[0], tokensMax: 25, keepLastTurn: false);

        Assert.Equal([1, 4, 5], Sequences(window));
        Assert.Equal(12, window.TokenCount);
        Assert.Equal([2, 3], window.Fallen.Select(message => message.Sequence));
    }

    [Fact]
    public void Choose_ToolCallAndItsResults_StayWithTheirQuestion()
    {
        var path = Path(("user", 2), ("assistant", 2), ("user", 2), ("assistant", 2), ("tool", 2), ("tool", 2), ("assistant", 2));

        Assert.Equal([3, 4, 5, 6, 7], Sequences(ConversationWindow.Choose(path, null, tokensMax: 12, keepLastTurn: false)));
        Assert.Empty(ConversationWindow.Choose(path, null, tokensMax: 9, keepLastTurn: false).Messages);
    }

    [Fact]
    public void Choose_LastTurnThatMustStay_IsInThoughItDoesNotFit()
    {
        var path = Path(("system", 5), ("user", 10), ("assistant", 10), ("user", 30));

        var window = ConversationWindow.Choose(path, path[0], tokensMax: 20, keepLastTurn: true);

        Assert.Equal([1, 4], Sequences(window));
        Assert.Equal(35, window.TokenCount);
    }

    [Fact]
    public void Choose_SystemMessageOlderThanTheRecentOnes_IsKept()
    {
        var path = Path(("system", 5), ("user", 10), ("assistant", 10), ("user", 3));

        var window = ConversationWindow.Choose([.. path.Skip(2)], path[0], tokensMax: 100, keepLastTurn: false);

        Assert.Equal(1, window.Messages[0].Sequence);
        Assert.Equal(5 + 10 + 3, window.TokenCount);
    }

    [Fact]
    public void Choose_UncountedMessage_CountsAsItsBytesAndIsNamed()
    {
        PathMessage[] path = [Message(1, MessageRole.User, tokens: null, bytes: 5)];

        var tooSmall = ConversationWindow.Choose(path, null, tokensMax: 4, keepLastTurn: false);

        Assert.Empty(tooSmall.Messages);
        Assert.Equal([1], tooSmall.Uncounted.Select(message => message.Sequence));
        Assert.Single(ConversationWindow.Choose(path, null, tokensMax: 5, keepLastTurn: false).Messages);
    }

    [Fact]
    public void Choose_UncountedMessagesBeyondTheBudget_NeedNoCounting()
    {
        PathMessage[] path =
        [
            Message(1, MessageRole.User, null, 9), Message(2, MessageRole.User, 50, 99), Message(3, MessageRole.User, null, 9),
        ];

        Assert.Equal(
            [3], ConversationWindow.Choose(path, null, 40, keepLastTurn: false).Uncounted.Select(message => message.Sequence));
    }

    [Fact]
    public void Choose_AnyBranchAndBudget_IsTheLongestRunOfWholeTurnsThatFits()
    {
        var random = new Random(20260101);
        for (var round = 0; round < 3000; round++)
        {
            var path = Path([.. Enumerable.Range(0, random.Next(1, 14)).Select(_ => (Roles[random.Next(5)], random.Next(0, 20)))]);
            var system = path.Find(message => message.Role == MessageRole.System);
            var (budget, keep) = (random.Next(0, 120), random.Next(2) == 0);

            var window = ConversationWindow.Choose(path, system, budget, keep);

            List<PathMessage> others = [.. window.Messages.Where(message => message != system)];
            Assert.True(others.SequenceEqual(path.Where(message => message != system).TakeLast(others.Count)));
            Assert.Equal(window.Messages.Sum(message => message.Tokens), window.TokenCount);
            Assert.Equal(path.Count, window.Messages.Union(window.Fallen).Count());
            if (system is not null) Assert.Equal(system, window.Messages.First(message => message.Role == MessageRole.System));
            if (window.Fallen.Count == 0) continue;
            var first = others.Count == 0 ? path.Count : path.IndexOf(others[0]);
            if (others.Count > 0) Assert.Equal(MessageRole.User, others[0].Role);
            AssertBudget(path, system, (budget, keep), first, window.TokenCount);
        }
    }

    // It fits, unless only what must be in it is; and one turn more would not.
    private static void AssertBudget(List<PathMessage> path, PathMessage? system, (int Tokens, bool Keep) budget, int first, int used)
    {
        int StartOf(int end) => Math.Max(0, path.FindLastIndex(end - 1, message => message.Role == MessageRole.User));
        var lastTurn = StartOf(path.Count);
        var onlyWhatMust = first == path.Count || (budget.Keep && first == lastTurn);
        Assert.True(used <= budget.Tokens || onlyWhatMust);
        if (budget.Keep) Assert.True(first <= lastTurn);
        var before = path[StartOf(first)..first].Where(message => message != system).Sum(message => message.Tokens);
        Assert.True(used + before > budget.Tokens);
    }

    private static IEnumerable<long> Sequences(ConversationWindow window) => window.Messages.Select(message => message.Sequence);

    private static List<PathMessage> Path(params (string Role, int Tokens)[] messages) =>
    [
        .. messages.Select((message, i) =>
            Message(i + 1, Enum.Parse<MessageRole>(message.Role, ignoreCase: true), message.Tokens, message.Tokens * 3)),
    ];

    private static PathMessage Message(long sequence, MessageRole role, int? tokens, int bytes) =>
        new(sequence, $"m{sequence}", role, bytes, (int)sequence, tokens);
}

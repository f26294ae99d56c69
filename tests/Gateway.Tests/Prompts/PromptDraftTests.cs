using Millrace.Gateway.Prompts;
using Millrace.Gateway.Prompts.Examples;
using Millrace.Gateway.Runtime;

namespace Millrace.Gateway.Tests.Prompts;

public sealed class PromptDraftTests
{
    private static readonly ChatTurn[] Talk =
    [
        new(ChatRole.System, "rules"), new(ChatRole.User, "old"), new(ChatRole.Assistant, "reply"), new(ChatRole.User, "now"),
    ];

    [Fact]
    public void Build_Examples_StandBetweenTheRulesAndTheTalk()
    {
        var prompt = Draft().Build();

        Assert.Equal(["rules", "q1", "a1", "q2", "a2", "old", "reply", "now"], prompt.Turns.Select(turn => turn.Content));
    }

    [Fact]
    public void Shrink_Examples_GoFirstAndTheLeastUsefulBefore()
    {
        var draft = Draft();

        Assert.Equal(["q1a1", "q2a2", "oldreply", null], Enumerable.Range(0, 4).Select(_ => draft.Shrink()));

        var prompt = draft.Build();
        Assert.Equal(["rules", "now"], prompt.Turns.Select(turn => turn.Content));
        Assert.Equal((0, 2, 2), (prompt.Examples, prompt.ExamplesDropped, prompt.MessagesDropped));
    }

    [Theory]
    [InlineData(true, "rules\n\nThink.")]
    [InlineData(false, "Think.")]
    public void Build_Preset_IsPartOfTheOneSystemMessage(bool hasRules, string system)
    {
        var preset = new PromptPreset("p", "v1", "Think.", NeedsTools: false);

        var prompt = new PromptDraft(hasRules ? Talk : Talk[1..], new PromptParts(null, null, preset, [])).Build();

        Assert.Equal(system, Assert.Single(prompt.Turns, turn => turn.Role == ChatRole.System).Content);
    }

    private static PromptDraft Draft() =>
        new(Talk, new PromptParts(null, null, null, [new PromptExample("q1", "q1", "a1"), new PromptExample("q2", "q2", "a2")]));
}

using Millrace.Guardrails.Policies;
using Millrace.Guardrails.Topics;

namespace Millrace.Guardrails.Tests.Topics;

public sealed class TopicOptionsTests
{
    [Fact]
    public void Validate_SeveralFaults_NamesAll()
    {
        var options = new TopicOptions { Timeout = TimeSpan.Zero, AllowWordsMin = -1 };
        options.Deny.Add(new Topic { Name = "a b", Threshold = 2 });
        options.Deny.Add(Named("off_topic"));
        options.Allow.Add(Named("twice"));
        options.Allow.Add(Named("Twice"));

        var errors = options.Validate().ToList();

        Assert.Equal(7, errors.Count);
        Assert.Contains(errors, error => error.Contains("'a b' is no name", StringComparison.Ordinal));
        Assert.Contains(errors, error => error.Contains("Give it a description or examples", StringComparison.Ordinal));
        Assert.Contains(errors, error => error.Contains("Choose another name", StringComparison.Ordinal));
        Assert.Contains(errors, error => error.Contains("2 times", StringComparison.Ordinal));
    }

    [Fact]
    public void Version_ChangesWithATopic()
    {
        var options = new PolicyOptions();
        options.Topics.Deny.Add(Named("medicine"));

        Assert.NotEqual(new GuardPolicy("a", new PolicyOptions()).Version, new GuardPolicy("a", options).Version);
    }

    private static Topic Named(string name) => new() { Name = name, Description = "something" };
}

using Millrace.Cli.Evaluation;
using Millrace.TestShared;

namespace Millrace.Cli.Tests.Evaluation;

public sealed class SampleQuestionTests
{
    private static readonly string Samples = Path.Combine(RepoPaths.Root, "samples");

    private readonly IReadOnlyList<SampleQuestion> _questions = SampleQuestion.Load(Path.Combine(Samples, "questions.json"));

    [Fact]
    public void Samples_AreEnoughAndUnique()
    {
        Assert.True(_questions.Count(question => question.Answerable) >= 40);
        Assert.True(_questions.Count(question => !question.Answerable) >= 10);
        Assert.Equal(_questions.Count, _questions.Select(question => question.Id).Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(_questions.Count, _questions.Select(question => question.Question).Distinct(StringComparer.OrdinalIgnoreCase).Count());
    }

    [Fact]
    public void Samples_Sources_AreDocumentsOfTheKnowledgeBase() => Assert.All(_questions, question =>
    {
        Assert.Equal(question.Answerable, question.Sources.Count > 0);
        Assert.All(question.Sources, source => Assert.True(File.Exists(Path.Combine(Samples, "knowledge-base", source)), source));
    });

    [Theory]
    [InlineData("{}")]
    [InlineData("[{}]")]
    [InlineData("[")]
    public async Task Load_MalformedFile_NamesIt(string json)
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.File("questions.json"), json);

        var error = Assert.Throws<CommandException>(() => SampleQuestion.Load(folder.File("questions.json")));

        Assert.Contains(folder.File("questions.json"), error.Message, StringComparison.Ordinal);
    }
}

namespace Millrace.Cli.Tests;

public sealed class ArgumentsTests
{
    [Fact]
    public void Arguments_MixedOrder_AreRead()
    {
        var arguments = new Arguments(["--folder", "out", "pull", "--verbose", "qwen", "--timeout", "5", "--url", "http://localhost:8080"]);

        Assert.Equal("pull", arguments.Verb);
        Assert.Equal("qwen", arguments.Value("NAME"));
        Assert.Equal("out", arguments.Require("--folder"));
        Assert.True(arguments.Has("--verbose"));
        Assert.False(arguments.Has("--quiet"));
        Assert.Equal(5, arguments.Number("--timeout", 180));
        Assert.Equal(7, arguments.Number("--pid", 7));
        Assert.Equal(new Uri("http://localhost:8080"), arguments.Url("--url"));
    }

    [Fact]
    public void Verb_NoArguments_IsEmpty() => Assert.Equal("", new Arguments([]).Verb);

    [Theory]
    [InlineData("--url")]
    [InlineData("--url", "--pid", "5")]
    public void Arguments_OptionWithoutAValue_IsNamed(params string[] args) =>
        Assert.Equal("--url needs a value.", Assert.Throws<UsageException>(() => new Arguments(args)).Message);

    [Fact]
    public void Lookups_OfWhatIsMissingOrWrong_NameIt()
    {
        var arguments = new Arguments(["pull", "--timeout", "soon", "--url", "localhost"]);

        Assert.Contains("NAME", Assert.Throws<UsageException>(() => arguments.Value("NAME")).Message, StringComparison.Ordinal);
        Assert.Contains("--folder", Assert.Throws<UsageException>(() => arguments.Require("--folder")).Message, StringComparison.Ordinal);
        Assert.Contains("'soon'", Assert.Throws<UsageException>(() => arguments.Number("--timeout", 1)).Message, StringComparison.Ordinal);
        Assert.Contains("'localhost'", Assert.Throws<UsageException>(() => arguments.Url("--url")).Message, StringComparison.Ordinal);
    }
}

using Microsoft.Extensions.Logging.Abstractions;
using Millrace.Inference.Prompting;
using Millrace.LlamaCpp;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Inference.Tests.Prompting;

public sealed class ChatTemplateTests
{
    public ChatTemplateTests() => LlamaRuntime.Initialize(NullLoggerFactory.Instance);

    [Fact]
    public void Render_ChatMl_KeepsContentsApartFromTheTemplate()
    {
        var pieces = new ChatTemplate("m", "chatml").Render(Chat(("system", "Be kind."), ("user", " <|im_end|> "))).ToList();

        Assert.Equal(["Be kind.", " <|im_end|> "], pieces.Where(piece => piece.IsContent).Select(piece => piece.Text));
        Assert.Equal(
            "<|im_start|>system\nBe kind.<|im_end|>\n<|im_start|>user\n <|im_end|> <|im_end|>\n<|im_start|>assistant\n", Join(pieces));
    }

    [Fact]
    public void Render_TemplateThatTrims_TrimsContents()
    {
        var pieces = new ChatTemplate("m", "gemma").Render(Chat(("user", "  hello \n"))).ToList();

        Assert.Equal("<start_of_turn>user\nhello<end_of_turn>\n<start_of_turn>model\n", Join(pieces));
    }

    [Theory]
    [InlineData("chatml")]
    [InlineData("llama3")]
    [InlineData("gemma")]
    [InlineData("mistral-v7")]
    [InlineData("phi3")]
    [InlineData("zephyr")]
    [InlineData("deepseek")]
    public void Render_KnownFamilies_IsTheTextOfTheLibrary(string template)
    {
        (string, string)[] turns = [("system", "Be kind."), ("user", "Hello 漢字"), ("assistant", "Hi."), ("user", "Bye")];

        var expected = LlamaChatTemplate.Apply(template, [.. turns.Select(turn => new LlamaChatMessage(turn.Item1, turn.Item2))]);

        Assert.Equal(expected, Join(new ChatTemplate("m", template).Render(Chat(turns))));
    }

    [Fact]
    public void Render_ContinuedMessage_EndsWithItsContent()
    {
        var chat = Chat(("user", "Count."), ("assistant", "One, two")) with { ContinueLast = true };

        Assert.EndsWith("<|im_start|>assistant\nOne, two", Join(new ChatTemplate("m", "chatml").Render(chat)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("{{ no such family }}")]
    public void Render_NoUsableTemplate_SaysSo(string? template)
    {
        var refusal = Assert.Throws<MillraceException>(() => new ChatTemplate("m", template).Render(Chat(("user", "x"))).ToList());

        Assert.Equal("chat", refusal.Param);
        Assert.Contains("Send `text` or `tokens`", refusal.Message, StringComparison.Ordinal);
    }

    private static ChatPrompt Chat(params (string Role, string Content)[] turns) =>
        new([.. turns.Select(turn => new ChatTurn(turn.Role, turn.Content))], ContinueLast: false);

    private static string Join(IEnumerable<RenderedPiece> pieces) => string.Concat(pieces.Select(piece => piece.Text));
}

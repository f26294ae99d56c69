using Microsoft.Extensions.Logging.Abstractions;
using Millrace.Inference.Prompting;
using Millrace.LlamaCpp;
using Millrace.TestShared;

namespace Millrace.Inference.Tests.Prompting;

public sealed class ChatTemplateNamesTests
{
    private const string UnknownJinja = "{{ messages | no_such_family }}";

    public ChatTemplateNamesTests() => LlamaRuntime.Initialize(NullLoggerFactory.Instance);

    public static TheoryData<string> Names => [.. ChatTemplateNames.All];

    [Theory]
    [InlineData("llama", "Meta-Llama-3.1-8B-Instruct", "llama3")]
    [InlineData("llama", "llama-2-7b-chat", "llama2-sys")]
    [InlineData("llama", "Vicuna 13B v1.5", "vicuna")]
    [InlineData("llama", "zephyr-7b-beta", "zephyr")]
    [InlineData("llama", "alpaca-native", "alpaca")]
    [InlineData("llama", "Mistral-7B-Instruct-v0.1", "mistral-v1")]
    [InlineData("llama", "mistral-7b-instruct-v0.3", "mistral-v3")]
    [InlineData("llama", "Mistral-Nemo-Instruct-2407", "mistral-v3-tekken")]
    [InlineData("llama", "Mistral-Large-Instruct-2411", "mistral-v7")]
    [InlineData("llama", "DeepSeek-R1-Distill-Llama-8B", "deepseek3")]
    [InlineData("llama", "deepseek-coder-6.7b-instruct", "deepseek")]
    [InlineData("deepseek2", "my-model", "deepseek2")]
    [InlineData("phi3", "Phi-4", "phi4")]
    [InlineData("phi3", "my-model", "phi3")]
    [InlineData("gemma3", "my-model", "gemma")]
    [InlineData("qwen2", "my-model", "chatml")]
    [InlineData("command-r", "c4ai-command-r-v01", "command-r")]
    [InlineData("llama", "OpenHermes-2.5-Mistral-7B", "chatml")]
    [InlineData("llama", "my-model", null)]
    public void Detect_NamesAndArchitectures_AreTheFamilysTemplate(string architecture, string name, string? expected) =>
        Assert.Equal(expected, ChatTemplateNames.Detect(architecture, "", name));

    [Theory]
    [MemberData(nameof(Names))]
    public void All_EachName_RendersAChatWithItsContents(string name)
    {
        var chat = new ChatPrompt([new ChatTurn("user", "Hello"), new ChatTurn("assistant", "Hi"), new ChatTurn("user", "Bye")], false);

        var pieces = new ChatTemplate("m", name).Render(chat).ToList();

        Assert.Equal(["Hello", "Hi", "Bye"], pieces.Where(piece => piece.IsContent).Select(piece => piece.Text));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Tokenize_ControlTokensSpelledInContents_StayText(string name)
    {
        using var model = LlamaModel.Load(Path.Combine(RepoPaths.Models, "tiny-rag-chat.gguf"));
        var tokenizer = new PromptTokenizer("m", model.Vocab, name);
        var controls = Enumerable.Range(0, model.Vocab.Count).Select(id => new LlamaToken(id))
            .Where(token => model.Vocab.AttributesOf(token).HasFlag(TokenAttributes.Control)).ToList();
        var spelled = string.Join(' ', controls.Select(model.Vocab.TextOf));

        int Controls(string content) =>
            tokenizer.Tokenize(new ChatPrompt([new ChatTurn("user", content)], false)).Count(id => controls.Contains(new LlamaToken(id)));

        Assert.NotEmpty(controls);
        Assert.Equal(Controls("plain"), Controls(spelled));
    }

    [Fact]
    public void Render_Alpaca_IsHeadingsAndText()
    {
        var chat = new ChatPrompt([new ChatTurn("system", "Be kind."), new ChatTurn("user", "Hello")], false);

        var text = string.Concat(new ChatTemplate("m", "alpaca").Render(chat).Select(piece => piece.Text));

        Assert.Equal("Be kind.\n\n### Instruction:\nHello\n\n### Response:\n", text);
    }

    [Theory]
    [InlineData("", "chatml", "file", "chatml")]
    [InlineData("vicuna", "chatml", "vicuna", "vicuna")]
    [InlineData("Llama3", null, "llama3", "llama3")]
    [InlineData("file", UnknownJinja, "file", UnknownJinja)]
    [InlineData("", UnknownJinja, "gemma", "gemma")]
    [InlineData("", null, "gemma", "gemma")]
    public void Choose_SettingsThenFileThenName(string configured, string? fromFile, string name, string? template) =>
        Assert.Equal(new ChatTemplateChoice(name, template), ChatTemplateChoice.Of(configured, fromFile, () => "gemma"));

    [Fact]
    public void Choose_NothingTells_IsNone()
    {
        Assert.Equal(new ChatTemplateChoice("", null), ChatTemplateChoice.Of("", null, () => null));
        Assert.Equal("", ChatTemplateChoice.Of("", UnknownJinja, () => null).Name);
    }
}

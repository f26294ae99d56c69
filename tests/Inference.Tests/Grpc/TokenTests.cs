using Millrace.Contracts.Inference.V1;
using Millrace.ServiceDefaults.Errors;
using Millrace.TestShared;

namespace Millrace.Inference.Tests.Grpc;

public sealed class TokenTests(InferenceMember member) : IClassFixture<InferenceMember>
{
    [Theory]
    [InlineData("Plain English text, with a comma.")]
    [InlineData("  two  spaces\n\nand lines \t")]
    [InlineData("emoji 😀👩‍👩‍👧 漢字 עברית ½")]
    [InlineData("<|im_start|>user\nhi<|im_end|>")]
    [InlineData("")]
    public async Task Tokenize_ThenDetokenize_GivesTheTextBack(string text)
    {
        var ids = (await member.Client.TokenizeAsync(new TokenizeRequest { Text = text })).Ids;
        var count = await member.Client.CountTokensAsync(new CountTokensRequest { Texts = { text } });

        Assert.Equal(text, (await member.Client.DetokenizeAsync(new DetokenizeRequest { Ids = { ids } })).Text);
        Assert.Equal((uint)ids.Count, Assert.Single(count.Counts));
        Assert.Equal(2048u, count.ContextTokensMax);
    }

    [Fact]
    public async Task Detokenize_PartOfACharacter_IsAReplacementCharacter()
    {
        var ids = (await member.Client.TokenizeAsync(new TokenizeRequest { Text = "漢" })).Ids;

        Assert.True(ids.Count > 1);
        Assert.Contains('\uFFFD', (await member.Client.DetokenizeAsync(new DetokenizeRequest { Ids = { ids[0] } })).Text);
    }

    [Theory]
    [InlineData("Hello there", "How are you?")]
    [InlineData("", "\n\n begins and ends with white space \n\n")]
    [InlineData("You are kind.", "1. one\n2. two — “quoted” 😀")]
    public async Task CountTokens_OrdinaryChat_IsTheSameAsTokenizingTheRenderedText(string system, string user)
    {
        var rendered = $"<|im_start|>system\n{system}<|im_end|>\n<|im_start|>user\n{user}<|im_end|>\n<|im_start|>assistant\n";
        var whole = (await member.Client.TokenizeAsync(new TokenizeRequest { Text = rendered, ParseSpecial = true })).Ids;

        var chat = await member.Client.CountTokensAsync(new CountTokensRequest { Chat = Prompts.Chat(system, user) });

        Assert.Equal((uint)whole.Count, chat.ChatCount);
    }

    [Fact]
    public async Task CountTokens_TooManyTexts_IsRefused()
    {
        var request = new CountTokensRequest { Texts = { Enumerable.Repeat("x", 1025) } };

        var error = await Assert.ThrowsAsync<MillraceException>(
            () => member.Client.CountTokensAsync(request).ResponseAsync.DefaultTimeout());

        Assert.Equal("texts", error.Param);
    }

    [Fact]
    public async Task Detokenize_IdOutsideTheVocabulary_IsRefused()
    {
        var error = await Assert.ThrowsAsync<MillraceException>(
            () => member.Client.DetokenizeAsync(new DetokenizeRequest { Ids = { 5, int.MaxValue } }).ResponseAsync.DefaultTimeout());

        Assert.Equal("ids[1]", error.Param);
    }
}

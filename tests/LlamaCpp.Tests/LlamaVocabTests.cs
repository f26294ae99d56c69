using System.Text;

namespace Millrace.LlamaCpp.Tests;

[Collection(ModelTests.Name)]
public sealed class LlamaVocabTests(Models models)
{
    [Theory]
    [InlineData("")]
    [InlineData("How many days off do I earn each month?")]
    [InlineData("  two  spaces\n\n\nlines \n end ")]
    [InlineData("naïve café — “quoted” … ½ ² Ⅷ")]
    [InlineData("日本語テスト עברית привет")]
    [InlineData("emoji 😀 👨‍👩‍👧‍👦 🏳️‍🌈 ok")]
    [InlineData("\u0001\u007f\u0000 control bytes")]
    [InlineData("$1,234.56 (50%) [2] #x @y v1.2.3 snake_case")]
    public void Tokenize_ThenDetokenize_GivesTheTextBack(string text)
    {
        var vocab = models.Chat.Vocab;

        var tokens = vocab.Tokenize(text);

        Assert.Equal(text, vocab.Detokenize(tokens));
        Assert.Equal(text, Encoding.UTF8.GetString([.. tokens.SelectMany(token => vocab.GetPiece(token))]));
        Assert.Equal(tokens.Length, vocab.CountTokens(text));
    }

    [Fact]
    public void Tokens_OfAModelWithoutVocabulary_AreRefused()
    {
        using var folder = new TemporaryFolder();
        var bytes = File.ReadAllBytes(Repository.ChatModel);
        var tokenizer = bytes.AsSpan().IndexOf("tokenizer.ggml.model"u8);
        "none"u8.CopyTo(bytes.AsSpan(tokenizer + bytes.AsSpan(tokenizer).IndexOf("gpt2"u8)));
        using var model = LlamaModel.Load(folder.Write("none.gguf", bytes));

        Assert.Equal(VocabularyType.None, model.Vocab.Type);
        Assert.Throws<LlamaException>(() => model.Vocab.GetPiece(new LlamaToken(5)));
        Assert.Throws<LlamaException>(() => model.Vocab.AttributesOf(new LlamaToken(5)));
        Assert.Throws<LlamaException>(() => model.Vocab.Tokenize("text"));
    }

    [Fact]
    public void Tokenize_RareCharacter_FallsBackToBytes()
    {
        var vocab = models.Chat.Vocab;

        var tokens = vocab.Tokenize("𓀀");

        Assert.True(tokens.Length > 1);
        Assert.Contains(tokens, token => Encoding.UTF8.GetString(vocab.GetPiece(token)).Contains('\uFFFD'));
    }

    [Fact]
    public void Tokenize_SpelledControlToken_IsTextUnlessAsked()
    {
        var vocab = models.Chat.Vocab;

        var asText = vocab.Tokenize("<|im_end|>");
        var asControl = vocab.Tokenize("<|im_end|>", parseSpecial: true);

        Assert.True(asText.Length > 1);
        Assert.DoesNotContain(asText, vocab.IsControl);
        var token = Assert.Single(asControl);
        Assert.True(vocab.IsControl(token));
        Assert.True(vocab.IsEndOfGeneration(token));
        Assert.Equal(vocab.Eos, token);
        Assert.True(vocab.AttributesOf(token).HasFlag(TokenAttributes.Control));
        Assert.Empty(vocab.GetPiece(token));
        Assert.Equal("<|im_end|>"u8, vocab.GetPiece(token, special: true));
    }

    [Fact]
    public void Tokenize_ForEncoder_AddsItsFrameWhenAsked()
    {
        var vocab = models.Embed.Vocab;

        var bare = vocab.Tokenize("the warranty");
        var framed = vocab.Tokenize("the warranty", addSpecial: true);

        Assert.Equal([vocab.Cls!.Value, .. bare, vocab.Sep!.Value], framed);
        Assert.Equal(VocabularyType.WordPiece, vocab.Type);
    }

    [Fact]
    public void TryTokenize_ShortDestination_ReportsTheLengthNeeded()
    {
        var vocab = models.Chat.Vocab;
        var destination = new LlamaToken[2];

        Assert.False(vocab.TryTokenize("a sentence of several tokens"u8, destination, out var needed));
        Assert.True(needed > 2);
        Assert.True(vocab.TryTokenize("a sentence of several tokens"u8, new LlamaToken[needed], out var count));
        Assert.Equal(needed, count);
    }

    [Fact]
    public void Tokenize_LongText_NeedsNoSpecialCare()
    {
        var text = string.Concat(Enumerable.Repeat("The parcel arrives on Monday. ", 5000));

        Assert.Equal(text, models.Chat.Vocab.Detokenize(models.Chat.Vocab.Tokenize(text)));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1_000_000)]
    public void AnyQuestion_OfIdOutsideTheVocabulary_IsRefused(int id)
    {
        var token = new LlamaToken(id);

        Assert.Throws<ArgumentOutOfRangeException>(() => models.Chat.Vocab.GetPiece(token));
        Assert.Throws<ArgumentOutOfRangeException>(() => models.Chat.Vocab.IsControl(token));
        Assert.Throws<ArgumentOutOfRangeException>(() => models.Chat.Vocab.Detokenize([token]));
    }
}

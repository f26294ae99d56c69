using System.Text;
using Microsoft.ML.Tokenizers;

namespace Millrace.Standins.Tests.Tokenizers;

/// <summary>What the package does with BERT's vocabulary, as far as the stand-in has it.</summary>
public sealed class BertTokenizerTests
{
    private static readonly string[] Vocabulary =
        ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "mill", "##er", "##s", "grind", "un", "##able", ",", "中", "é", "e", "3"];

    [Theory]
    [InlineData("the millers", "the mill ##er ##s")]
    [InlineData("THE Mill", "the mill")]
    [InlineData("mill,the", "mill , the")]
    [InlineData("grindable zebra", "grind ##able [UNK]")]
    [InlineData("the中mill", "the 中 mill")]
    [InlineData("é", "é")]
    [InlineData("the $3", "the 3")]
    [InlineData("the\u0000 \uFFFDmill", "the mill")]
    [InlineData("", "")]
    public void EncodeToIds_Text_IsSpelledWithTheLongestPieces(string text, string tokens)
    {
        var tokenizer = Create(new BertOptions());

        Assert.Equal(tokens, Tokens(tokenizer.EncodeToIds(text, addSpecialTokens: false)));
        Assert.Equal(tokens.Length == 0 ? 0 : tokens.Split(' ').Length, tokenizer.CountTokens(text));
    }

    [Fact]
    public void EncodeToIds_ByDefault_PutsTokensAroundTheText()
    {
        Assert.Equal("[CLS] mill [SEP]", Tokens(Create(new BertOptions()).EncodeToIds("mill")));
        Assert.Equal("[CLS] mill [SEP]", Tokens(Create(new BertOptions()).EncodeToIds("mill".AsSpan())));
    }

    [Fact]
    public void CountTokens_WithoutBasicTokenization_SplitsAtWhiteSpaceOnly()
    {
        var tokenizer = Create(new BertOptions { ApplyBasicTokenization = false });

        Assert.Equal("the [UNK] [UNK]", Tokens(tokenizer.EncodeToIds("the mill,the THE", addSpecialTokens: false)));
    }

    [Fact]
    public void CountTokens_WithoutPreTokenization_TakesTheTextAsOneWord()
    {
        var tokenizer = Create(new BertOptions { ApplyBasicTokenization = false });

        Assert.Equal(3, tokenizer.CountTokens("millers", considerPreTokenization: false, considerNormalization: false));
        Assert.Equal(1, tokenizer.CountTokens("the mill", considerPreTokenization: false, considerNormalization: false));
        Assert.Equal(0, tokenizer.CountTokens("", considerPreTokenization: false, considerNormalization: false));
    }

    [Fact]
    public void CountTokens_WordLongerThanTheLimit_IsUnknown()
    {
        var tokenizer = Create(new BertOptions { MaxInputCharsPerWord = 6 });

        Assert.Equal("mill ##er [UNK]", Tokens(tokenizer.EncodeToIds("miller millers", addSpecialTokens: false)));
    }

    [Fact]
    public void Create_TokenMissing_SaysWhich()
    {
        using var noMask = new MemoryStream("[PAD]\n[UNK]\n[CLS]\n[SEP]"u8.ToArray());
        using var noUnknown = new MemoryStream("a"u8.ToArray());

        Assert.ThrowsAny<Exception>(() => BertTokenizer.Create(noMask));
        Assert.Contains("[UNK]", Assert.Throws<ArgumentException>(() => BertTokenizer.Create(noUnknown)).Message, StringComparison.Ordinal);
    }

    private static BertTokenizer Create(BertOptions options)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(string.Join('\n', Vocabulary)));
        return BertTokenizer.Create(stream, options);
    }

    private static string Tokens(IEnumerable<int> ids) => string.Join(' ', ids.Select(id => Vocabulary[id]));
}

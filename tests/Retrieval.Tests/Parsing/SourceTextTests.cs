using System.Text;
using Millrace.Retrieval.Parsing;
using Millrace.Retrieval.Tests.Fixtures;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Retrieval.Tests.Parsing;

public sealed class SourceTextTests
{
    [Fact]
    public void Decode_ControlCharacters_AreCleaned()
    {
        Assert.Equal("a\nb\nc\td\ne", SourceText.Decode(Encoding.UTF8.GetBytes("\uFEFFa\r\nb\rc\t\0\u0007d\u2028e\u0085"[..^1])));
    }

    [Theory]
    [InlineData(new byte[] { 0x61, 0x62, 0xFF, 0x63 }, 2)]
    [InlineData(new byte[] { 0xEF, 0xBB, 0xBF, 0x61, 0xC3 }, 4)]
    [InlineData(new byte[] { 0xF0, 0x9F, 0x98, 0x80, 0xED, 0xA0, 0x80 }, 4)]
    [InlineData(new byte[] { 0xFF, 0xFE, 0x00, 0x00, 0x61, 0x00, 0x00, 0x00 }, 0)]
    public void Decode_NotUtf8_NamesTheOffset(byte[] content, int offset)
    {
        var error = Assert.Throws<MillraceException>(() => SourceText.Decode(content));

        Assert.Equal(Reason.InvalidArgument, error.Reason);
        Assert.Contains($"byte {offset} ", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new byte[] { 0xFF, 0xFE, 0x61, 0x00, 0x0D, 0x00, 0x0A, 0x00, 0x3D, 0xD8, 0x00, 0xDE })]
    [InlineData(new byte[] { 0xFE, 0xFF, 0x00, 0x61, 0x00, 0x0D, 0x00, 0x0A, 0xD8, 0x3D, 0xDE, 0x00 })]
    public void Decode_Utf16WithByteOrderMark_IsRead(byte[] content) => Assert.Equal("a\n😀", SourceText.Decode(content));

    [Theory]
    [InlineData(new byte[] { 0xFF, 0xFE, 0x61 })]
    [InlineData(new byte[] { 0xFE, 0xFF, 0xD8, 0x3D, 0x00, 0x61 })]
    public void Decode_Utf16Broken_IsRefused(byte[] content) =>
        Assert.Equal(Reason.InvalidArgument, Assert.Throws<MillraceException>(() => SourceText.Decode(content)).Reason);

    [Theory]
    [InlineData(new byte[0])]
    [InlineData(new byte[] { 0xEF, 0xBB, 0xBF })]
    [InlineData(new byte[] { 0xFF, 0xFE })]
    [InlineData(new byte[] { 0, 0, 0 })]
    public void Parse_NothingButMarks_HasNoSections(byte[] content)
    {
        foreach (var type in MediaTypes.All.Where(type => type.Signature.Length == 0))
            Assert.Empty(ParsedDocuments.Parse(type.Name, content).Sections);
    }

    [Theory]
    [InlineData(MediaTypes.Markdown)]
    [InlineData(MediaTypes.Html)]
    [InlineData(MediaTypes.PlainText)]
    public void Parse_OneMebibyteOfNoise_TerminatesWithSectionsInTheText(string mediaType)
    {
        var random = new Random(7);
        const string Alphabet = "ab \n\n#*_`[]()<>|-=>!&;:/\\\"'.0123\t😀é";
        var noise = new StringBuilder();
        while (noise.Length < 1 << 20) noise.Append(Alphabet[random.Next(Alphabet.Length)]);
        var content = Encoding.UTF8.GetBytes(noise.ToString());
        try
        {
            var document = ParsedDocuments.Parse(mediaType, content);
            Assert.All(document.Sections, section => Assert.NotEmpty(document.TextOf(section)));
        }
        catch (MillraceException error)
        {
            Assert.Equal(Reason.InvalidArgument, error.Reason);
        }
    }

    [Fact]
    public void Parse_OneMebibyteOfRandomBytes_IsRefusedByOffset()
    {
        var content = new byte[1 << 20];
        new Random(7).NextBytes(content);

        var error = Assert.Throws<MillraceException>(() => ParsedDocuments.Parse(MediaTypes.PlainText, content));

        Assert.Contains("byte", error.Message, StringComparison.Ordinal);
    }
}

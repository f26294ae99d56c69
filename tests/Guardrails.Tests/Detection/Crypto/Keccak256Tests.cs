using System.Text;
using Millrace.Guardrails.Detection.Crypto;

namespace Millrace.Guardrails.Tests.Detection.Crypto;

public sealed class Keccak256Tests
{
    [Theory]
    [InlineData("", "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470")]
    [InlineData("abc", "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45")]
    public void Hash_OfKnownText_IsThePublishedOne(string text, string hash)
    {
        Span<byte> bytes = stackalloc byte[Keccak256.HashBytes];

        Keccak256.Hash(Encoding.ASCII.GetBytes(text), bytes);

        Assert.Equal(hash, Convert.ToHexStringLower(bytes));
    }

    [Fact]
    public void Hash_OfMoreThanABlock_IsRefused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Keccak256.Hash(new byte[136], new byte[Keccak256.HashBytes]));
}

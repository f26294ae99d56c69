namespace Millrace.Guardrails.Tests.Detection.Accounts;

public sealed class CreditCardRecogniserTests
{
    [Theory]
    [InlineData("4111111111111111", "4111111111111111")]
    [InlineData("card 4111-1111-1111-1111, thanks", "4111-1111-1111-1111")]
    [InlineData("4111 1111 1111 1111.", "4111 1111 1111 1111")]
    [InlineData("4111\u00A01111\u00A01111\u00A01111", "4111\u00A01111\u00A01111\u00A01111")]
    [InlineData("4111\u20111111\u20111111\u20111111", "4111\u20111111\u20111111\u20111111")]
    [InlineData("4111 1111 1111 1111 123", "4111 1111 1111 1111")]
    [InlineData("卡号4111111111111111。", "4111111111111111")]
    [InlineData("amex 3782 822463 10005", "3782 822463 10005")]
    [InlineData("5555555555554444;6011111111111117", "5555555555554444|6011111111111117")]
    [InlineData("30569309025904", "30569309025904")]
    [InlineData("3530111333300000", "3530111333300000")]
    [InlineData("4222222222222", "4222222222222")]
    [InlineData("630427373398", "630427373398")]
    [InlineData("180016070420458", "180016070420458")]
    [InlineData("4131034282458809939", "4131034282458809939")]
    [InlineData("4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1", "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1")]
    [InlineData("4111.1111.1111.1111", "4111.1111.1111.1111")]
    [InlineData("my card 9930000000000006", "9930000000000006")]
    public void Number_IsFound(string text, string found) =>
        Assert.Equal(found.Split('|'), Scan.Found("pii.credit_card", text));

    [Theory]
    [InlineData("4111111111111112")]
    [InlineData("4111 1111 1111 1112")]
    [InlineData("0000000000000000")]
    [InlineData("x4111111111111111")]
    [InlineData("4111111111111111x")]
    [InlineData("0.4111111111111111")]
    [InlineData("41111111111111110000000")]
    [InlineData("4111  1111  1111  1111")]
    [InlineData("411 1111 1111 1111 11")]
    [InlineData("1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16")]
    [InlineData("1700000000000")]
    [InlineData("lot 9930000000000006")]
    [InlineData("4111 1111-1111.1111")]
    public void OtherNumber_IsNotFound(string text) => Assert.Empty(Scan.Found("pii.credit_card", text));
}

namespace Millrace.Guardrails.Tests.Detection.NationalIds;

public sealed class UnitedStatesIdsTests
{
    [Theory]
    [InlineData("460-89-9847", "460-89-9847")]
    [InlineData("SSN:123-45-6789.", "123-45-6789")]
    [InlineData("(123 45 6789)", "123 45 6789")]
    [InlineData("123\u201145\u20116789", "123\u201145\u20116789")]
    [InlineData("899-01-0001 and 001-01-0001", "899-01-0001|001-01-0001")]
    public void Number_IsFound(string text, string found) => Assert.Equal(found.Split('|'), Scan.Found("pii.ssn", text));

    [Theory]
    [InlineData("000-12-3456")]
    [InlineData("666-12-3456")]
    [InlineData("900-12-3456")]
    [InlineData("999-99-9999")]
    [InlineData("123-00-4567")]
    [InlineData("123-45-0000")]
    [InlineData("078-05-1120")]
    [InlineData("219-09-9999")]
    [InlineData("111-11-1111")]
    [InlineData("123-45 6789")]
    [InlineData("123-45-67890")]
    [InlineData("1123-45-6789")]
    [InlineData("a123-45-6789")]
    [InlineData("123-45-6789b")]
    [InlineData("123-45-678")]
    [InlineData("123456789")]
    [InlineData("12-345-6789")]
    public void OtherNumber_IsNotFound(string text) => Assert.Empty(Scan.Found("pii.ssn", text));
}

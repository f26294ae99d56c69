using Millrace.Grounding.Reading;

namespace Millrace.Grounding.Tests.Reading;

public sealed class TermsTests
{
    [Theory]
    [InlineData("return returned returns returning", "return")]
    [InlineData("charge charged charges charging", "charg")]
    [InlineData("try tried tries trying", "tri")]
    [InlineData("stop stopped stops stopping", "stop")]
    [InlineData("apply applied applies applying", "appl")]
    [InlineData("delay delayed delays delaying", "dela")]
    [InlineData("agree agreed agrees agreeing", "agr")]
    [InlineData("company companies", "compan")]
    [InlineData("family families", "famil")]
    [InlineData("separate separately separated", "separat")]
    [InlineData("cookie cookies", "cook")]
    [InlineData("fee fees", "fee")]
    [InlineData("pass passed passes passing", "pass")]
    [InlineData("fill filled fills filling", "fill")]
    public void Of_FormsOfAWord_MeetAtOneTerm(string forms, string term) => Assert.Equal(term, Assert.Single(Distinct(forms)));

    [Theory]
    [InlineData("stop", "step")]
    [InlineData("bus", "business")]
    [InlineData("port", "portal")]
    public void Of_DifferentWords_StayApart(string one, string other) => Assert.Equal(2, Distinct($"{one} {other}").Count);

    [Theory]
    [InlineData("What is the fee for a late return?", "fee lat return")]
    [InlineData("HOW CAN I Pay", "pai")]
    [InlineData("the of and is", "")]
    [InlineData("I don't, can't and won't", "")]
    [InlineData("I don’t pay", "pai")]
    public void Of_StopWords_AreLeftOut(string text, string terms) => Assert.Equal(terms, string.Join(' ', Terms.Of(text)));

    [Theory]
    [InlineData("the customer's order", "customer order")]
    [InlineData("the customer’s order", "customer order")]
    [InlineData("the customers' orders", "customer order")]
    [InlineData("'quoted'", "quot")]
    public void Of_Apostrophes_BelongToNoTerm(string text, string terms) => Assert.Equal(terms, string.Join(' ', Terms.Of(text)));

    [Theory]
    [InlineData("5 items", "5 item")]
    [InlineData("the A4s and v2", "a4s v2")]
    [InlineData("24/7", "24 7")]
    [InlineData("3.5 kg", "3 5 kg")]
    public void Of_Digits_AreKeptAsTheyAre(string text, string terms) => Assert.Equal(terms, string.Join(' ', Terms.Of(text)));

    [Theory]
    [InlineData("Über die Brücke", "über die brück")]
    [InlineData("Доставка 東京", "доставка 東京")]
    [InlineData("lone \ud800 surrogate, 🚚 parcel", "lon surrogat parcel")]
    public void Of_Unicode_KeepsLettersOfAnyScript(string text, string terms) => Assert.Equal(terms, string.Join(' ', Terms.Of(text)));

    [Theory]
    [InlineData("")]
    [InlineData(" \n\t")]
    [InlineData("?! '’ -- x")]
    public void Of_NoWord_IsEmpty(string text) => Assert.Empty(Terms.Of(text));

    [Fact]
    public void Of_RepeatedWords_AreRepeatedInOrder() =>
        Assert.Equal(["parcel", "lost", "parcel"], Terms.Of("A parcel is lost: which parcels?"));

    private static List<string> Distinct(string text) => [.. Terms.Of(text).Distinct()];
}

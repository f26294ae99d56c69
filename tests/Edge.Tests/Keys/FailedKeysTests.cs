using System.Net;
using Microsoft.Extensions.Options;
using Millrace.ApiKeys;
using Millrace.Edge.Keys;
using Millrace.TestShared;

namespace Millrace.Edge.Tests.Keys;

public sealed class FailedKeysTests
{
    private static readonly IPAddress Here = IPAddress.Parse("192.0.2.1");
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);
    private readonly ManualTimeProvider _time = new();

    [Fact]
    public void Add_AboveTheLimit_SaysWhenTheOldestFailureIsOver()
    {
        var failed = Failed(failuresMax: 2);
        Assert.Equal(TimeSpan.Zero, failed.Add(Here));
        _time.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal(TimeSpan.Zero, failed.Add(Here));
        _time.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal(TimeSpan.FromSeconds(30), failed.Add(Here));
        _time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(TimeSpan.Zero, failed.Add(Here));
        Assert.Equal(TimeSpan.FromSeconds(20), failed.Add(Here));
    }

    [Fact]
    public void Add_OfAnotherAddress_IsCountedByItself()
    {
        var failed = Failed(failuresMax: 1);
        failed.Add(Here);

        Assert.Equal(TimeSpan.Zero, failed.Add(IPAddress.Parse("192.0.2.2")));
        Assert.Equal(Window, failed.Add(IPAddress.Parse("::ffff:192.0.2.1")));
    }

    [Theory]
    [InlineData("2001:db8:0:1::1", "2001:db8:0:1:ffff::2", true)]
    [InlineData("2001:db8:0:1::1", "2001:db8:0:2::1", false)]
    [InlineData("::1", "0.0.0.1", false)]
    public void Add_OfTwoAddressesOfIPv6_CountsTogetherWithinANetwork(string one, string other, bool together)
    {
        var failed = Failed(failuresMax: 1);
        failed.Add(IPAddress.Parse(one));

        Assert.Equal(together ? Window : TimeSpan.Zero, failed.Add(IPAddress.Parse(other)));
    }

    [Fact]
    public void Add_OfMoreAddressesThanAreKept_ForgetsTheOneThatWasQuietForLongest()
    {
        var failed = Failed(failuresMax: 1, addressesMax: 3);
        for (byte i = 0; i < 3; i++) failed.Add(new IPAddress([192, 0, 2, i]));
        failed.Add(new IPAddress([192, 0, 2, 0]));

        failed.Add(new IPAddress([192, 0, 2, 3]));

        Assert.Equal(3, failed.Count);
        Assert.Equal(Window, failed.Add(new IPAddress([192, 0, 2, 0])));
        Assert.Equal(TimeSpan.Zero, failed.Add(new IPAddress([192, 0, 2, 1])));
    }

    [Fact]
    public void Add_AfterTheWindow_ForgetsAll()
    {
        var failed = Failed(failuresMax: 1);
        for (byte i = 0; i < 100; i++) failed.Add(new IPAddress([192, 0, 2, i]));
        _time.Advance(Window);

        failed.Add(Here);

        Assert.Equal(1, failed.Count);
    }

    [Fact]
    public void Add_WithoutALimit_RemembersNothing()
    {
        var failed = Failed(failuresMax: 0);

        for (var i = 0; i < 1000; i++) Assert.Equal(TimeSpan.Zero, failed.Add(Here));
        Assert.Equal(0, failed.Count);
    }

    [Fact]
    public async Task Edge_TooManyWrongKeys_Are429_AndARightOneWorksOn()
    {
        await using var edge = await KeyedEdge.StartAsync(_time, [("Edge:Keys:FailuresMax", "3")]);
        var right = edge.AddKnown(new KeyDraft { Name = "app" });
        List<HttpStatusCode> statuses = [];
        for (var i = 0; i < 3; i++) statuses.Add(await StatusAsync(edge, KeyText.Create()));

        using var refused = await edge.SendAsync("sk-guess");
        var error = await EdgeFixture.ErrorOfAsync(refused);
        using var none = await edge.Edge.Http.GetAsync("/v1/models").DefaultTimeout();
        var good = await StatusAsync(edge, right);
        _time.Advance(Window);
        var later = await StatusAsync(edge, "sk-guess");

        Assert.All(statuses, status => Assert.Equal(HttpStatusCode.Unauthorized, status));
        Assert.Equal((HttpStatusCode.TooManyRequests, "rate_limited"), (refused.StatusCode, error.GetProperty("code").GetString()));
        Assert.Equal("false", refused.Headers.GetValues("x-should-retry").Single());
        Assert.Equal(Window, refused.Headers.RetryAfter?.Delta);
        Assert.Equal("60000", refused.Headers.GetValues("retry-after-ms").Single());
        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.OK, HttpStatusCode.Unauthorized), (none.StatusCode, good, later));
        Assert.DoesNotContain("sk-guess", edge.Logs.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("FailureWindow", "00:00:00.5")]
    [InlineData("FailuresMax", "-1")]
    [InlineData("FailureAddressesMax", "0")]
    public async Task Settings_OutOfRange_AreRefusedAtTheStart(string name, string value)
    {
        var error = await Assert.ThrowsAnyAsync<OptionsValidationException>(
            () => KeyedEdge.StartAsync(settings: [($"Edge:Keys:{name}", value)]));

        Assert.Contains(name, error.Message, StringComparison.Ordinal);
    }

    private static async Task<HttpStatusCode> StatusAsync(KeyedEdge edge, string key)
    {
        using var response = await edge.SendAsync(key);
        return response.StatusCode;
    }

    private FailedKeys Failed(int failuresMax, int addressesMax = 100) => new(
        Options.Create(new KeyOptions { FailuresMax = failuresMax, FailureWindow = Window, FailureAddressesMax = addressesMax }), _time);
}

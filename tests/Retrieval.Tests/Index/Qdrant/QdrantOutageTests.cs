using Millrace.QdrantServer;
using Millrace.ServiceDefaults.Errors;
using Millrace.TestShared;
using Qdrant.Client.Grpc;
using static Millrace.Retrieval.Tests.Index.Qdrant.IndexSamples;

namespace Millrace.Retrieval.Tests.Index.Qdrant;

/// <summary>A server that is away, slow, or answers halfway.</summary>
public sealed class QdrantOutageTests
{
    [Fact]
    public async Task Calls_RefusedDroppedOrAnswerLost_AreMadeAgainAndDoneOnce()
    {
        await using var fixture = await QdrantFixture.StartAsync();
        foreach (var fault in Enum.GetValues<FakeFault>().Where(fault => fault != FakeFault.Stalled))
        {
            var id = Id with { Generation = (long)fault + 100 };
            fixture.Server.Gate.Fail(Enumerable.Repeat(fault, 3));
            await fixture.Index.OpenAsync(Settings with { Id = id }, CancellationToken.None).DefaultTimeout();
            fixture.Server.Gate.Fail(fault, fault);
            await fixture.Index.PutAsync(id, [Document(1, "red apples", "green pears")], CancellationToken.None).DefaultTimeout();
            fixture.Server.Gate.Fail(fault);
            await fixture.Index.RemoveAsync(id, [11], CancellationToken.None).DefaultTimeout();
            fixture.Server.Gate.Fail(fault);
            await fixture.Index.SetAttributesAsync(id, Attributes(1, """{"year":1}"""), CancellationToken.None).DefaultTimeout();
            fixture.Server.Gate.Fail(fault, fault, fault);

            Assert.Equal([10], Ids(await fixture.Index.KeywordAsync(id, ByWords("red pears"), CancellationToken.None).DefaultTimeout()));
            fixture.Server.Gate.Fail(fault);
            await fixture.Index.DropAsync(id, CancellationToken.None).DefaultTimeout();
        }
    }

    [Fact]
    public async Task Open_AnswerOfTheCreationLost_IsOpen()
    {
        await using var fixture = await QdrantFixture.StartAsync();
        await fixture.Index.OpenAsync(Settings, CancellationToken.None);
        var other = Settings with { Id = Id with { Generation = 12 } };

        var opening = fixture.Index.OpenAsync(other, CancellationToken.None);
        var alsoOpening = fixture.NewIndex().OpenAsync(other, CancellationToken.None);

        await Task.WhenAll(opening, alsoOpening).DefaultTimeout();
        Assert.Empty(await fixture.Index.ChunksAsync(other.Id, CancellationToken.None).ToListAsync());
    }

    [Fact]
    public async Task Call_Stalled_IsGivenUpAndMadeAgain()
    {
        await using var fixture = await QdrantFixture.StartAsync(options => options.CallTimeout = TimeSpan.FromMilliseconds(300));
        await fixture.Index.OpenAsync(Settings, CancellationToken.None);
        fixture.Server.Gate.Fail(FakeFault.Stalled);

        Assert.Empty(Ids(await fixture.Index.KeywordAsync(Id, ByWords("apples"), CancellationToken.None).DefaultTimeout()));

        Assert.Equal(2, fixture.Server.Gate.Requests<QueryPoints>().Count);
    }

    [Fact]
    public async Task Call_ServerStopped_SaysWhatHappensAndWorksWhenItIsBack()
    {
        await using var fixture = await QdrantFixture.StartAsync(options => options.AttemptsMax = 20);
        await fixture.Index.OpenAsync(Settings, CancellationToken.None);
        await fixture.Index.PutAsync(Id, [Document(1, "red apples")], CancellationToken.None);
        await fixture.Server.StopAsync();

        var error = await Assert.ThrowsAsync<MillraceException>(
            () => fixture.Index.KeywordAsync(Id, ByWords("apples"), CancellationToken.None)).DefaultTimeout();

        Assert.Equal(Reason.UpstreamUnavailable, error.Reason);
        Assert.NotNull(error.RetryAfter);
        Assert.Contains("does not answer (query)", error.Message, StringComparison.Ordinal);
        Assert.Contains("ConnectionStrings:qdrant", error.Message, StringComparison.Ordinal);

        await fixture.Server.StartAgainAsync();
        Assert.Equal([10], Ids(await fixture.Index.KeywordAsync(Id, ByWords("apples"), CancellationToken.None).DefaultTimeout()));
    }

    [Fact]
    public async Task Call_AlwaysRefused_EndsAfterTheAttemptsThatAreAllowed()
    {
        await using var fixture = await QdrantFixture.StartAsync(options => options.AttemptsMax = 3);
        await fixture.Index.OpenAsync(Settings, CancellationToken.None);
        fixture.Server.Gate.Fail(FakeFault.Refused, FakeFault.Refused, FakeFault.Refused);

        await Assert.ThrowsAsync<MillraceException>(() => fixture.Index.KeywordAsync(Id, ByWords("apples"), CancellationToken.None));

        Assert.Equal(3, fixture.Server.Gate.Requests<QueryPoints>().Count);
    }

    [Fact]
    public async Task Call_WrongKey_IsToldAtOnce()
    {
        await using var server = await FakeQdrant.StartAsync(apiKey: "right");
        await using var fixture = await QdrantFixture.StartAsync(server: server);

        var error = await Assert.ThrowsAsync<MillraceException>(
            () => fixture.NewIndex(apiKey: "wrong").OpenAsync(Settings, CancellationToken.None));
        await fixture.NewIndex(apiKey: "right").OpenAsync(Settings, CancellationToken.None);

        Assert.Contains("refused the API key", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong", error.ToString(), StringComparison.Ordinal);
        Assert.Single(server.Gate.Calls, call => call.Headers.GetValue("api-key") == "wrong");
    }

    [Fact]
    public async Task Call_Cancelled_EndsAsCancelled()
    {
        await using var fixture = await QdrantFixture.StartAsync();
        await fixture.Index.OpenAsync(Settings, CancellationToken.None);
        fixture.Server.Gate.Stalls = true;
        using var cancel = new CancellationTokenSource();

        var call = fixture.Index.KeywordAsync(Id, ByWords("apples"), cancel.Token);
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call).DefaultTimeout();
    }

    [Fact]
    public async Task Calls_MoreThanAllowed_WaitForTheirTurnAndTooManyAreRefused()
    {
        await using var fixture = await QdrantFixture.StartAsync(options =>
        {
            options.ConcurrentCallsMax = 2;
            options.WaitingCallsMax = 3;
        });
        await fixture.Index.OpenAsync(Settings, CancellationToken.None);
        var held = new TaskCompletionSource();
        fixture.Server.Gate.Hold = held.Task;

        var calls = Enumerable.Range(0, 5).Select(_ => fixture.Index.KeywordAsync(Id, ByWords("apples"), CancellationToken.None)).ToList();
        var error = await Assert.ThrowsAsync<MillraceException>(
            () => fixture.Index.KeywordAsync(Id, ByWords("apples"), CancellationToken.None)).DefaultTimeout();
        held.SetResult();
        await Task.WhenAll(calls).DefaultTimeout();

        Assert.Equal(Reason.QueueFull, error.Reason);
        Assert.InRange(fixture.Server.Gate.RunningMax, 1, 2);
    }
}

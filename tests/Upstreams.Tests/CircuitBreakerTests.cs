using Millrace.TestShared;

namespace Millrace.Upstreams.Tests;

public sealed class CircuitBreakerTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly List<bool> _changes = [];
    private readonly CircuitBreaker _breaker;

    public CircuitBreakerTests() => _breaker = new CircuitBreaker(new BreakerOptions { FailuresToOpen = 3 }, _time, _changes.Add);

    [Fact]
    public void Report_FailuresFarApart_DoNotOpen()
    {
        for (var i = 0; i < 10; i++)
        {
            Use(CircuitOutcome.Failed);
            _time.Advance(TimeSpan.FromSeconds(15));
        }

        Assert.False(_breaker.IsOpen);
    }

    [Fact]
    public void Report_FailuresWithinTheTime_OpenWithSuccessesBetween()
    {
        Use(CircuitOutcome.Failed);
        Use(CircuitOutcome.Worked);
        Use(CircuitOutcome.Failed);
        Use(CircuitOutcome.Failed);

        Assert.Null(_breaker.TryEnter(out var retryAfter));
        Assert.Equal(TimeSpan.FromSeconds(15), retryAfter);
        Assert.Equal([true], _changes);
    }

    [Fact]
    public void TryEnter_HalfOpen_LetsOneProbePass()
    {
        Open();

        var probe = _breaker.TryEnter(out _);
        Assert.NotNull(probe);
        Assert.Null(_breaker.TryEnter(out _));

        _breaker.Report(probe, CircuitOutcome.Worked);
        Assert.NotNull(_breaker.TryEnter(out _));
        Assert.Equal([true, false], _changes);
    }

    [Fact]
    public void Report_ProbeFails_StaysOpenForAnotherTime()
    {
        Open();
        Use(CircuitOutcome.Failed);

        Assert.Null(_breaker.TryEnter(out var retryAfter));
        Assert.Equal(TimeSpan.FromSeconds(15), retryAfter);
        Assert.Equal([true], _changes);
    }

    [Fact]
    public void Report_ProbesCallerGoesAway_LetsAnotherProbePass()
    {
        Open();
        Use(CircuitOutcome.Unknown);

        Assert.NotNull(_breaker.TryEnter(out _));
        Assert.True(_breaker.IsOpen);
    }

    [Fact]
    public void Report_LateSuccessOfAnOldCall_DoesNotClose()
    {
        var old = _breaker.TryEnter(out _);
        Assert.NotNull(old);
        Open();

        _breaker.Report(old, CircuitOutcome.Worked);

        Assert.True(_breaker.IsOpen);
    }

    private void Open()
    {
        for (var i = 0; i < 3; i++) Use(CircuitOutcome.Failed);
        _time.Advance(TimeSpan.FromSeconds(15));
    }

    private void Use(CircuitOutcome outcome)
    {
        var pass = _breaker.TryEnter(out _);
        Assert.NotNull(pass);
        _breaker.Report(pass, outcome);
    }
}

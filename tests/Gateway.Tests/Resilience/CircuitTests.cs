using Millrace.Gateway.Resilience;
using Millrace.TestShared;

namespace Millrace.Gateway.Tests.Resilience;

public sealed class CircuitTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly Circuit _circuit;

    public CircuitTests() => _circuit = new Circuit(
        new DependencyOptions { FailuresMax = 3, OpenFor = TimeSpan.FromSeconds(1), OpenForMax = TimeSpan.FromSeconds(3) }, _time);

    [Fact]
    public void Failed_AsOftenAsAllowed_OpensOnce()
    {
        Assert.Equal([false, false, true, false], Enumerable.Range(0, 4).Select(_ => _circuit.Failed()));
        Assert.False(_circuit.TryEnter(out var retryAfter));
        Assert.Equal(TimeSpan.FromSeconds(1), retryAfter);
    }

    [Fact]
    public void Failed_WithAnAnswerBetween_StaysClosed()
    {
        for (var i = 0; i < 10; i++)
        {
            _circuit.Failed();
            _circuit.Failed();
            Assert.False(_circuit.Succeeded());
        }

        Assert.False(_circuit.IsOpen);
    }

    [Fact]
    public void TryEnter_TimeIsOver_LetsOneIn()
    {
        Open();
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal([true, false, false], Enumerable.Range(0, 3).Select(attempt => _circuit.TryEnter(out _)));
        Assert.True(_circuit.Succeeded());
        Assert.True(_circuit.TryEnter(out _));
    }

    [Fact]
    public void Failed_Attempt_StaysOpenTwiceAsLongUpToItsLimit()
    {
        Open();
        foreach (var seconds in new[] { 1, 2, 3, 3 })
        {
            _time.Advance(TimeSpan.FromSeconds(seconds) - TimeSpan.FromTicks(1));
            Assert.False(_circuit.TryEnter(out _));
            _time.Advance(TimeSpan.FromTicks(1));
            Assert.True(_circuit.TryEnter(out _));
            _circuit.Failed();
        }
    }

    [Fact]
    public void Abandoned_Attempt_LetsTheNextOneTry()
    {
        Open();
        _time.Advance(TimeSpan.FromSeconds(1));
        _circuit.TryEnter(out _);

        _circuit.Abandoned();

        Assert.True(_circuit.TryEnter(out _));
    }

    private void Open()
    {
        while (!_circuit.Failed()) Assert.False(_circuit.IsOpen);
    }
}

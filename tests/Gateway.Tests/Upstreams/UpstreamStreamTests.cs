using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging.Abstractions;
using Millrace.Contracts.Inference.V1;
using Millrace.Gateway.Upstreams;
using Millrace.ServiceDefaults.Errors;
using Millrace.TestShared;

namespace Millrace.Gateway.Tests.Upstreams;

/// <summary>Whoever reads and whoever disposes may meet: what the answer holds is given back once, and never while it is read.</summary>
public sealed class UpstreamStreamTests : IDisposable
{
    private readonly CancellationTokenSource _aborted = new();
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<GenerateResponse> _next = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Fact]
    public async Task Dispose_BetweenReads_GivesBackAtOnce()
    {
        var stream = Stream();
        _next.SetResult(new GenerateResponse());
        Assert.True(await stream.MoveNext(CancellationToken.None));

        stream.Dispose();

        Assert.True(_released.Task.IsCompleted);
        await FailsAsync(Reason.Cancelled, stream.MoveNext(CancellationToken.None));
    }

    [Fact]
    public async Task Dispose_WhileReading_EndsTheReadAndGivesBack()
    {
        var stream = Stream();
        var read = stream.MoveNext(CancellationToken.None);

        stream.Dispose();

        await FailsAsync(Reason.Cancelled, read);
        await _released.Task.DefaultTimeout();
    }

    [Fact]
    public async Task Dispose_AfterTheReadWasServed_GivesBackAllTheSame()
    {
        var stream = Stream(heedsCancellation: false);
        var read = stream.MoveNext(CancellationToken.None);
        stream.Dispose();
        Assert.False(_released.Task.IsCompleted);

        _next.SetResult(new GenerateResponse());

        await read.DefaultTimeout();
        await _released.Task.DefaultTimeout();
    }

    [Fact]
    public async Task MoveNext_ItsTokenIsCancelled_EndsTheCall()
    {
        using var stream = Stream();
        using var leaving = new CancellationTokenSource();
        var read = stream.MoveNext(leaving.Token);

        await leaving.CancelAsync();

        await FailsAsync(Reason.Cancelled, read);
        await _released.Task.DefaultTimeout();
    }

    [Fact]
    public async Task MoveNext_Defect_IsTheMembersFaultAndTellsNoInternals()
    {
        using var stream = Stream();
        var read = stream.MoveNext(CancellationToken.None);

        _next.SetException(new InvalidOperationException("secret"));

        var error = await FailsAsync(Reason.Internal, read);
        Assert.DoesNotContain("secret", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task MoveNext_Twice_IsRefused()
    {
        using var stream = Stream();
        var read = stream.MoveNext(CancellationToken.None);

        await Assert.ThrowsAsync<InvalidOperationException>(() => stream.MoveNext(CancellationToken.None));
        _next.SetResult(new GenerateResponse());

        Assert.True(await read.DefaultTimeout());
    }

    public void Dispose() => _aborted.Dispose();

    private static async Task<MillraceException> FailsAsync(Reason reason, Task read)
    {
        var error = await Assert.ThrowsAsync<MillraceException>(() => read.DefaultTimeout());
        Assert.Equal(reason, error.Reason);
        return error;
    }

    private UpstreamStream Stream(bool heedsCancellation = true) => new(
        AnswerAsync(heedsCancellation ? _aborted.Token : CancellationToken.None).GetAsyncEnumerator(),
        _aborted,
        NullLogger<UpstreamInvoker>.Instance);

    private async IAsyncEnumerable<GenerateResponse> AnswerAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        try
        {
            yield return await _next.Task.WaitAsync(cancellationToken);
        }
        finally
        {
            _released.SetResult();
        }
    }
}

using Grpc.Core;
using Millrace.Contracts.Inference.V1;

namespace Millrace.Gateway.Inference;

/// <summary>One member that is asked to answer a prompt. Disposing of it frees the member's slot, whether it answers or not.</summary>
internal sealed class GenerationAttempt : IAsyncDisposable
{
    private readonly CancellationTokenSource _cancelled;
    private readonly IDisposable _lease;
    private readonly AsyncServerStreamingCall<GenerateResponse> _call;
    private readonly List<GenerateResponse> _beginning = [];

    /// <summary>Asks a member.</summary>
    /// <param name="member">The member.</param>
    /// <param name="request">The prompt and what is wanted.</param>
    /// <param name="next">Reads the answer's next event, as patiently as a beginning is waited for.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public GenerationAttempt(
        PoolMember member,
        GenerateRequest request,
        Func<AnswerReader, CancellationToken, Task<bool>> next,
        CancellationToken cancellationToken)
    {
        Member = member;
        _cancelled = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _lease = member.Enter(request.PrefixKeys);
        _call = member.Client.Generate(request, cancellationToken: _cancelled.Token);
        Answer = new AnswerReader(_call.ResponseStream, request.ChoiceCount);
        Begun = BeginAsync(next);
    }

    public PoolMember Member { get; }

    public AnswerReader Answer { get; }

    /// <summary>Ends when the first token is there, or fails.</summary>
    public Task Begun { get; }

    /// <summary>What came up to the first token. It was kept back, because another member may still have to begin anew.</summary>
    public IReadOnlyList<GenerateResponse> Beginning => _beginning;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _cancelled.CancelAsync();
        _call.Dispose();
        await Begun.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _lease.Dispose();
        _cancelled.Dispose();
    }

    private async Task BeginAsync(Func<AnswerReader, CancellationToken, Task<bool>> next)
    {
        while (await next(Answer, _cancelled.Token))
        {
            _beginning.Add(Answer.Current);
            if (Answer.Current.EventCase != GenerateResponse.EventOneofCase.Started) break;
        }
    }
}

using System.Runtime.CompilerServices;
using Microsoft.Extensions.Options;
using Millrace.Contracts.Inference.V1;
using Millrace.Gateway.Resilience;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Inference;

/// <summary>
/// The inference pool. A call goes to the member that <see cref="MemberPicker"/> chooses among those that serve the model; one that just
/// failed is passed over while there is another. A call that failed before it gave anything goes to the next member.
/// </summary>
public sealed class InferencePool(
    PoolMembers members,
    MemberPicker picker,
    Dependencies dependencies,
    HedgeTimer hedges,
    IOptions<GatewayOptions> options,
    PoolSignals signals)
{
    private const string Hedge = "hedge";
    private static readonly TimeSpan RelearnInterval = TimeSpan.FromSeconds(1);

    private readonly GatewayOptions _options = options.Value;
    private readonly TimeProvider _time = signals.Time;
    private readonly Lock _relearnLock = new();
    private Task? _relearned;
    private long _relearnedAt;

    /// <summary>Generates from one prompt.</summary>
    /// <exception cref="MillraceException">No member could begin, or the one that had begun failed.</exception>
    /// <param name="request">The prompt and what is wanted.</param>
    /// <param name="attempted">Is told of each member before it is asked.</param>
    /// <param name="cancellationToken">Frees the slot of the engine.</param>
    public async IAsyncEnumerable<GenerateResponse> GenerateAsync(
        GenerateRequest request, Action<PoolAttempt> attempted, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        PrefixKeys.AddTo(request);
        using var place = await dependencies[Dependency.Inference].Bulkhead.EnterAsync(
            request.FairnessKey, request.Priority == Priority.Batch, cancellationToken);
        var candidates = await CandidatesAsync(request.Model, cancellationToken);
        await using var attempt = await BeginAsync(request, candidates, attempted, cancellationToken);
        foreach (var response in attempt.Beginning) yield return response;
        while (await MoveOnAsync(attempt.Answer, attempt.Member, cancellationToken)) yield return attempt.Answer.Current;
    }

    /// <summary>Counts tokens with a model's own tokenizer.</summary>
    public Task<CountTokensResponse> CountTokensAsync(CountTokensRequest request, CancellationToken cancellationToken) =>
        CallAsync(
            request.Model,
            client => client.CountTokensAsync(request, cancellationToken: cancellationToken).ResponseAsync,
            cancellationToken);

    /// <summary>Turns tokens of a model into text.</summary>
    public Task<DetokenizeResponse> DetokenizeAsync(DetokenizeRequest request, CancellationToken cancellationToken) =>
        CallAsync(
            request.Model,
            client => client.DetokenizeAsync(request, cancellationToken: cancellationToken).ResponseAsync,
            cancellationToken);

    /// <summary>Asks every member for its models.</summary>
    /// <returns>The models of those that answered, by name.</returns>
    /// <exception cref="MillraceException">No member answered.</exception>
    public async Task<IReadOnlyList<ModelInfo>> ListModelsAsync(CancellationToken cancellationToken)
    {
        var answers = await Task.WhenAll(members.All.Select(member => LearnModelsAsync(member, cancellationToken)));
        if (answers.All(answer => answer is null)) throw Unreachable();
        return [.. answers.OfType<ListModelsResponse>().SelectMany(answer => answer.Models).DistinctBy(model => model.Name)];
    }

    /// <summary>What a model is that nobody lists: unknown, unless no member that might have it can be asked.</summary>
    /// <exception cref="MillraceException">The pool is away; the Gateway's own upstreams may answer all the same.</exception>
    internal T? NoneOrUnreachable<T>()
        where T : class => members.IsDown ? throw Unreachable() : null;

    private static MillraceException Unreachable() => new(
        Reason.UpstreamUnavailable, "No member of the inference pool can be reached. Try again in a moment.")
    {
        RetryAfter = TimeSpan.FromSeconds(1),
    };

    /// <summary>The members that may take a call. Where none is known to serve the model, all are asked again, not more than once a second:
    /// an adapter may have been loaded since.</summary>
    /// <exception cref="MillraceException">None serves the model, or all that do are shutting down.</exception>
    private async ValueTask<Candidates> CandidatesAsync(string model, CancellationToken cancellationToken)
    {
        if (!members.All.Any(member => member.Serves(model))) await RelearnAsync().WaitAsync(cancellationToken);
        List<PoolMember> serving = [.. members.All.Where(member => member.Serves(model))];
        if (serving.Count == 0) throw Unknown(model);
        List<PoolMember> open = [.. serving.Where(member => !member.IsDraining)];
        return new Candidates(model, open.Count > 0 ? open : throw Draining());
    }

    private static MillraceException Unknown(string model) => new(
        Reason.ModelNotFound, $"No member of the inference pool serves the model '{model}'. GET /v1/models lists those that are served.")
    {
        Param = "model",
    };

    private static MillraceException Draining() => new(
        Reason.Draining, "Every member of the inference pool that serves the model is shutting down. Try again in a moment.")
    {
        RetryAfter = TimeSpan.FromSeconds(1),
    };

    // Whoever asks first does it for all who wait: the question must not end with the deadline of that one, nor count as part of its trace.
    private Task RelearnAsync()
    {
        lock (_relearnLock)
        {
            if (_relearned is not null && _time.GetElapsedTime(_relearnedAt) < RelearnInterval) return _relearned;
            _relearnedAt = _time.GetTimestamp();
            using var ownContext = ExecutionContext.SuppressFlow();
            return _relearned = Task.Run(
                () => Task.WhenAll(members.All.Select(member => LearnModelsAsync(member, CancellationToken.None))));
        }
    }

    private async Task<ListModelsResponse?> LearnModelsAsync(PoolMember member, CancellationToken cancellationToken)
    {
        try
        {
            return await member.LearnAsync(cancellationToken);
        }
        catch (MillraceException error) when (!cancellationToken.IsCancellationRequested)
        {
            // A caller's deadline that passes is no fault of the member.
            if (IsMembersOwn(error.Reason)) Blame(member, error);
            return null;
        }
    }

    private async Task<T> CallAsync<T>(
        string model, Func<InferenceService.InferenceServiceClient, Task<T>> call, CancellationToken cancellationToken)
    {
        var candidates = await CandidatesAsync(model, cancellationToken);
        while (true)
        {
            var member = picker.Take(candidates.Untried, []).Member;
            using var lease = member.Enter([]);
            try
            {
                return await call(member.Client);
            }
            catch (MillraceException error) when (MayMoveOn(error, member, candidates, cancellationToken))
            {
                // The next member takes it.
            }
        }
    }

    /// <summary>
    /// Asks members until one gives its first token: the next one when one fails, and a second one beside it when the first is slow. The
    /// slower of two is cancelled, and of its answer nothing is kept.
    /// </summary>
    private async Task<GenerationAttempt> BeginAsync(
        GenerateRequest request, Candidates candidates, Action<PoolAttempt> attempted, CancellationToken cancellationToken)
    {
        List<GenerationAttempt> running = [Ask(request, candidates, attempted, cancellationToken)];
        var askedAt = _time.GetTimestamp();
        var silence = hedges.Begin(request.Model);
        try
        {
            while (true)
            {
                if (candidates.Untried.Count > 0
                    && await IsSlowAsync(running[0], silence, cancellationToken)
                    && hedges.TrySpend(request.Model))
                    running.Add(Ask(request, candidates, attempt => attempted(attempt with { Why = Hedge }), cancellationToken));
                silence = null;
                await Task.WhenAny(running.Select(attempt => attempt.Begun));
                var ended = running.First(attempt => attempt.Begun.IsCompleted);
                var hasBegun = await HasBegunAsync(ended, candidates, running.Count > 1, cancellationToken);
                if (running.Count > 1) signals.Telemetry.Hedged(secondWon: ended == running[1] == hasBegun);
                running.Remove(ended);
                if (hasBegun)
                {
                    hedges.Begun(request.Model, _time.GetElapsedTime(askedAt));
                    return ended;
                }

                await ended.DisposeAsync();
                if (running.Count == 0) running.Add(Ask(request, candidates, attempted, cancellationToken));
            }
        }
        finally
        {
            foreach (var loser in running) await loser.DisposeAsync();
        }
    }

    private GenerationAttempt Ask(
        GenerateRequest request, Candidates candidates, Action<PoolAttempt> attempted, CancellationToken cancellationToken)
    {
        var (member, why, matched) = picker.Take(candidates.Untried, request.PrefixKeys);
        attempted(new PoolAttempt(member.Name, why, matched, candidates.LastFailure));
        return new GenerationAttempt(member, request, NextOfBeginningAsync, cancellationToken);
    }

    private async Task<bool> IsSlowAsync(GenerationAttempt attempt, TimeSpan? silence, CancellationToken cancellationToken)
    {
        if (silence is not { } wait) return false;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var slow = Task.Delay(wait, _time, stop.Token);
        var isSlow = await Task.WhenAny(attempt.Begun, slow) == slow;
        await stop.CancelAsync();
        return isSlow && !cancellationToken.IsCancellationRequested;
    }

    private async Task<bool> HasBegunAsync(
        GenerationAttempt attempt, Candidates candidates, bool hasOther, CancellationToken cancellationToken)
    {
        try
        {
            await attempt.Begun;
            return true;
        }
        catch (MillraceException error)
            when (MayMoveOn(error, attempt.Member, candidates, cancellationToken) || (hasOther && IsMembersOwn(error.Reason)))
        {
            return false;
        }
    }

    private async Task<bool> MoveOnAsync(AnswerReader answer, PoolMember member, CancellationToken cancellationToken)
    {
        try
        {
            return await NextAsync(answer, _options.StallTimeout, cancellationToken);
        }
        catch (MillraceException error) when (!cancellationToken.IsCancellationRequested && IsMembersOwn(error.Reason))
        {
            Blame(member, error);
            throw new MillraceException(
                Reason.UpstreamUnavailable, "The answer broke off because the model's server failed. Ask again.", error);
        }
    }

    private Task<bool> NextOfBeginningAsync(AnswerReader answer, CancellationToken cancellationToken) =>
        NextAsync(answer, _options.FirstTokenTimeout ?? _options.StallTimeout, cancellationToken);

    private async Task<bool> NextAsync(AnswerReader answer, TimeSpan silenceMax, CancellationToken cancellationToken)
    {
        try
        {
            return await answer.MoveNextAsync(cancellationToken).WaitAsync(silenceMax, _time, cancellationToken);
        }
        catch (TimeoutException error)
        {
            throw new MillraceException(
                Reason.DeadlineExceeded, $"The model gave nothing for {silenceMax}. Try again, or ask for less.", error);
        }
    }

    private bool MayMoveOn(MillraceException error, PoolMember member, Candidates candidates, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested) return false;
        candidates.LastFailure = error.Reason;
        if (error.Reason == Reason.ModelNotFound) member.Unlearn(candidates.Model);
        else if (IsMembersOwn(error.Reason)) Blame(member, error);
        else return false;
        return candidates.Untried.Count > 0;
    }

    private void Blame(PoolMember member, MillraceException error)
    {
        PoolLog.MemberFailed(signals.Logger, member.Name, error.Reason);

        // A full queue is no failure: the member is well, and this request goes elsewhere.
        if (error.Reason is not Reason.QueueFull) member.CoolDown(_options.CoolDown);
    }

    // Cancelled without our asking: the member went away while it answered.
    private static bool IsMembersOwn(Reason reason) => reason is
        Reason.UpstreamUnavailable or Reason.ModelUnavailable or Reason.Draining or Reason.QueueFull or Reason.Cancelled or Reason.Internal;

    /// <summary>The members that a call has not tried.</summary>
    private sealed record Candidates(string Model, List<PoolMember> Untried)
    {
        public Reason? LastFailure { get; set; }
    }
}

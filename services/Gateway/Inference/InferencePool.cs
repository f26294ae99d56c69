using System.Runtime.CompilerServices;
using Microsoft.Extensions.Options;
using Millrace.Contracts.Inference.V1;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Inference;

/// <summary>
/// The inference pool. A call goes to the member that <see cref="MemberPicker"/> chooses among those that serve the model; one that just
/// failed is passed over while there is another. A call that failed before it gave anything goes to the next member.
/// </summary>
public sealed class InferencePool(
    PoolMembers members, MemberPicker picker, IOptions<GatewayOptions> options, TimeProvider time, ILogger<InferencePool> logger)
{
    private static readonly TimeSpan RelearnInterval = TimeSpan.FromSeconds(1);

    private readonly GatewayOptions _options = options.Value;
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
        var candidates = await CandidatesAsync(request.Model, cancellationToken);
        while (true)
        {
            var (member, why, matched) = picker.Take(candidates.Untried, request.PrefixKeys);
            attempted(new PoolAttempt(member.Name, why, matched, candidates.LastFailure));
            using var lease = member.Enter(request.PrefixKeys);
            using var call = member.Client.Generate(request, cancellationToken: cancellationToken);
            var answer = new AnswerReader(call.ResponseStream, request.ChoiceCount);
            List<GenerateResponse> beginning = [];
            if (await BeginAsync(answer, beginning, member, candidates, cancellationToken)) continue;

            foreach (var response in beginning) yield return response;
            while (await MoveOnAsync(answer, member, cancellationToken)) yield return answer.Current;
            yield break;
        }
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
            if (_relearned is not null && time.GetElapsedTime(_relearnedAt) < RelearnInterval) return _relearned;
            _relearnedAt = time.GetTimestamp();
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
    /// Reads up to the first token. What comes before it is kept back, because another member may still have to begin anew.
    /// </summary>
    /// <returns>Whether the member failed and another can take over.</returns>
    private async Task<bool> BeginAsync(
        AnswerReader answer,
        List<GenerateResponse> beginning,
        PoolMember member,
        Candidates candidates,
        CancellationToken cancellationToken)
    {
        try
        {
            while (await NextAsync(answer, cancellationToken))
            {
                beginning.Add(answer.Current);
                if (answer.Current.EventCase != GenerateResponse.EventOneofCase.Started) break;
            }

            return false;
        }
        catch (MillraceException error) when (MayMoveOn(error, member, candidates, cancellationToken))
        {
            return true;
        }
    }

    private async Task<bool> MoveOnAsync(AnswerReader answer, PoolMember member, CancellationToken cancellationToken)
    {
        try
        {
            return await NextAsync(answer, cancellationToken);
        }
        catch (MillraceException error) when (!cancellationToken.IsCancellationRequested && IsMembersOwn(error.Reason))
        {
            Blame(member, error);
            throw new MillraceException(
                Reason.UpstreamUnavailable, "The answer broke off because the model's server failed. Ask again.", error);
        }
    }

    private async Task<bool> NextAsync(AnswerReader answer, CancellationToken cancellationToken)
    {
        try
        {
            return await answer.MoveNextAsync(cancellationToken).WaitAsync(_options.StallTimeout, time, cancellationToken);
        }
        catch (TimeoutException error)
        {
            throw new MillraceException(
                Reason.DeadlineExceeded, $"The model gave nothing for {_options.StallTimeout}. Try again, or ask for less.", error);
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
        PoolLog.MemberFailed(logger, member.Name, error.Reason);

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

using System.Runtime.CompilerServices;
using Microsoft.Extensions.Options;
using Millrace.Contracts.Inference.V1;
using Millrace.ServiceDefaults.Clients;
using Millrace.ServiceDefaults.Discovery;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Inference;

/// <summary>
/// The members of the inference pool. A call goes to the member that does least for us among those that serve the model; one that just
/// failed is passed over while there is another. A call that failed before it gave anything goes to the next member.
/// </summary>
public sealed class InferencePool
{
    private const string MemberPrefix = "inference-";
    private const string SingleMember = "inference";

    private readonly PoolMember[] _members;
    private readonly GatewayOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<InferencePool> _logger;

    /// <summary>Finds the members in the configuration.</summary>
    public InferencePool(
        ServiceEndpoints endpoints,
        ServiceChannels channels,
        IOptions<GatewayOptions> options,
        TimeProvider time,
        ILogger<InferencePool> logger)
    {
        var names = endpoints.Names(MemberPrefix);
        if (names.Count == 0) names = [SingleMember];
        _members = [.. names.Select(name => Member(name, endpoints, channels, time))];
        _options = options.Value;
        _time = time;
        _logger = logger;
    }

    /// <summary>Generates from one prompt.</summary>
    /// <exception cref="MillraceException">No member could begin, or the one that had begun failed.</exception>
    public async IAsyncEnumerable<GenerateResponse> GenerateAsync(
        GenerateRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var candidates = new Candidates(_members, request.Model);
        while (true)
        {
            var member = candidates.Next();
            using var lease = member.Enter();
            using var call = member.Client.Generate(request, cancellationToken: cancellationToken);
            List<GenerateResponse> beginning = [];
            if (await BeginAsync(call.ResponseStream, beginning, member, candidates, cancellationToken)) continue;

            foreach (var response in beginning) yield return response;
            while (await MoveOnAsync(call.ResponseStream, member, cancellationToken)) yield return call.ResponseStream.Current;
            yield break;
        }
    }

    /// <summary>Counts tokens with a model's own tokenizer.</summary>
    public Task<CountTokensResponse> CountTokensAsync(CountTokensRequest request, CancellationToken cancellationToken) =>
        CallAsync(
            request.Model,
            client => client.CountTokensAsync(request, cancellationToken: cancellationToken).ResponseAsync,
            cancellationToken);

    /// <summary>Asks every member for its models.</summary>
    /// <returns>The models of those that answered, by name.</returns>
    /// <exception cref="MillraceException">No member answered.</exception>
    public async Task<IReadOnlyList<ModelInfo>> ListModelsAsync(CancellationToken cancellationToken)
    {
        var answers = await Task.WhenAll(_members.Select(member => LearnModelsAsync(member, cancellationToken)));
        if (answers.All(answer => answer is null)) throw Unreachable();
        return [.. answers.OfType<ListModelsResponse>().SelectMany(answer => answer.Models).DistinctBy(model => model.Name)];
    }

    private static MillraceException Unreachable(Exception? cause = null) => new(
        Reason.UpstreamUnavailable, "No member of the inference pool can be reached. Try again in a moment.", cause)
    {
        RetryAfter = TimeSpan.FromSeconds(1),
    };

    private static PoolMember Member(string name, ServiceEndpoints endpoints, ServiceChannels channels, TimeProvider time)
    {
        var address = endpoints.Require(name, ServiceClientExtensions.GrpcEndpoint);
        var invoker = channels.Invoker(name, address, new ServiceClientOptions());
        return new PoolMember(name, new InferenceService.InferenceServiceClient(invoker), time);
    }

    private async Task<ListModelsResponse?> LearnModelsAsync(PoolMember member, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await member.Client.ListModelsAsync(new ListModelsRequest(), cancellationToken: cancellationToken);
            member.Learn(answer.Models);
            return answer;
        }
        catch (MillraceException error) when (!cancellationToken.IsCancellationRequested)
        {
            Blame(member, error);
            return null;
        }
    }

    private async Task<T> CallAsync<T>(
        string model, Func<InferenceService.InferenceServiceClient, Task<T>> call, CancellationToken cancellationToken)
    {
        var candidates = new Candidates(_members, model);
        while (true)
        {
            var member = candidates.Next();
            using var lease = member.Enter();
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
        Grpc.Core.IAsyncStreamReader<GenerateResponse> stream,
        List<GenerateResponse> beginning,
        PoolMember member,
        Candidates candidates,
        CancellationToken cancellationToken)
    {
        try
        {
            while (await NextAsync(stream, cancellationToken))
            {
                beginning.Add(stream.Current);
                if (stream.Current.EventCase != GenerateResponse.EventOneofCase.Started) break;
            }

            return false;
        }
        catch (MillraceException error) when (MayMoveOn(error, member, candidates, cancellationToken))
        {
            return true;
        }
    }

    private async Task<bool> MoveOnAsync(
        Grpc.Core.IAsyncStreamReader<GenerateResponse> stream, PoolMember member, CancellationToken cancellationToken)
    {
        try
        {
            return await NextAsync(stream, cancellationToken);
        }
        catch (MillraceException error) when (!cancellationToken.IsCancellationRequested && IsMembersOwn(error.Reason))
        {
            Blame(member, error);
            throw new MillraceException(
                Reason.UpstreamUnavailable, "The answer broke off because the model's server failed. Ask again.", error);
        }
    }

    private async Task<bool> NextAsync(Grpc.Core.IAsyncStreamReader<GenerateResponse> stream, CancellationToken cancellationToken)
    {
        try
        {
            return await stream.MoveNext(cancellationToken).WaitAsync(_options.StallTimeout, _time, cancellationToken);
        }
        catch (TimeoutException error)
        {
            throw new MillraceException(
                Reason.DeadlineExceeded, $"The model gave nothing for {_options.StallTimeout}. Try again, or ask for less.", error);
        }
    }

    private bool MayMoveOn(MillraceException error, PoolMember member, Candidates candidates, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested || !IsMembersOwn(error.Reason)) return false;
        Blame(member, error);
        return candidates.Any;
    }

    private void Blame(PoolMember member, MillraceException error)
    {
        PoolLog.MemberFailed(_logger, member.Name, error.Reason);

        // A full queue is no failure: the member is well, and this request goes elsewhere.
        if (error.Reason is not Reason.QueueFull) member.CoolDown(_options.CoolDown);
    }

    // Cancelled without our asking: the member went away while it answered.
    private static bool IsMembersOwn(Reason reason) => reason is
        Reason.UpstreamUnavailable or Reason.ModelUnavailable or Reason.Draining or Reason.QueueFull or Reason.Cancelled or Reason.Internal;

    /// <summary>The members that a call has not tried.</summary>
    private sealed class Candidates(IEnumerable<PoolMember> members, string model)
    {
        private readonly List<PoolMember> _untried = [.. members.Where(member => member.Serves(model))];

        public bool Any => _untried.Count > 0;

        public PoolMember Next()
        {
            var best = _untried.MinBy(member => (member.IsCoolingDown, member.InFlight)) ?? throw Unreachable();
            _untried.Remove(best);
            return best;
        }
    }
}

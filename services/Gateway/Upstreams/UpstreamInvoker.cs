using Grpc.Core;
using Millrace.Contracts.Inference.V1;
using Millrace.ServiceDefaults.Calls;
using Millrace.ServiceDefaults.Clients;
using Millrace.ServiceDefaults.Errors;
using Millrace.Upstreams;

namespace Millrace.Gateway.Upstreams;

/// <summary>
/// Answers calls of the pool's contract from the Gateway's own upstreams, without a wire: messages are handed over as they are, the
/// caller's context is ambient, and failures are the same <see cref="MillraceException"/> that a client of a member sees.
/// </summary>
internal sealed class UpstreamInvoker(
    UpstreamRuntime runtime, UpstreamReporter reporter, TimeProvider time, ILogger<UpstreamInvoker> logger) : CallInvoker
{
    private static readonly TimeSpan UnaryTimeout = new ServiceClientOptions().UnaryTimeout;

    /// <inheritdoc/>
    public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) => request is GenerateRequest generate
        ? (AsyncServerStreamingCall<TResponse>)(object)Generate(generate, options)
        : throw Refuse(method);

    /// <inheritdoc/>
    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        object answer = request switch
        {
            CountTokensRequest count => CountAsync(count, options),
            ListModelsRequest => Task.FromResult(new ListModelsResponse { Models = { reporter.WithModels([]) } }),
            GetStatusRequest => Task.FromResult(new GetStatusResponse { Upstreams = { reporter.Upstreams() } }),
            TokenizeRequest tokenize => Task.FromException<TokenizeResponse>(Refusals.NoVocabulary(Find(tokenize.Model))),
            DetokenizeRequest detokenize => Task.FromException<DetokenizeResponse>(Refusals.NoVocabulary(Find(detokenize.Model))),
            _ => throw Refuse(method),
        };
        return new AsyncUnaryCall<TResponse>(
            (Task<TResponse>)answer,
            Task.FromResult(new Metadata()),
            static () => Status.DefaultSuccess,
            static () => [],
            static () => { });
    }

    /// <inheritdoc/>
    public override TResponse BlockingUnaryCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) => throw Refuse(method);

    /// <inheritdoc/>
    public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options) => throw Refuse(method);

    /// <inheritdoc/>
    public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options) => throw Refuse(method);

    private static MillraceException Refuse(IMethod method) => MillraceException.InvalidArgument(
        "model", $"{method.Name} is for members that hold models: the Gateway's own run behind its upstreams. Ask a member of the pool.");

    /// <summary>When the caller stops waiting; null for never.</summary>
    private static DateTime? DeadlineOf(CallOptions options) =>
        options.Deadline is { } own && !(CallContext.Current.Deadline < own) ? own : CallContext.Current.Deadline;

    private static MillraceException Unknown(string name) => new(
        Reason.ModelNotFound, $"No upstream of the Gateway serves the model '{name}'. GET /v1/models lists those that are served.")
    {
        Param = "model",
    };

    private UpstreamModel Find(string name) => runtime.Find(name) ?? throw Unknown(name);

    private AsyncServerStreamingCall<GenerateResponse> Generate(GenerateRequest request, CallOptions options)
    {
        if (runtime.Find(request.Model) is not { } model) return Refused(Unknown(request.Model));
        var aborted = CancellationTokenSource.CreateLinkedTokenSource(options.CancellationToken);
        var answer = runtime.GenerateAsync(model, request, DeadlineOf(options), aborted.Token).GetAsyncEnumerator(CancellationToken.None);
        var stream = new UpstreamStream(answer, aborted, logger);
        return new AsyncServerStreamingCall<GenerateResponse>(
            stream,
            static _ => Task.FromResult(new Metadata()),
            static _ => Status.DefaultSuccess,
            static _ => [],
            static state => ((UpstreamStream)state).Dispose(),
            stream);
    }

    /// <summary>A call that fails, as all do, when its answer is read.</summary>
    private static AsyncServerStreamingCall<GenerateResponse> Refused(MillraceException error) => new(
        new RefusedStream(error), Task.FromResult(new Metadata()), static () => Status.DefaultSuccess, static () => [], static () => { });

    private async Task<CountTokensResponse> CountAsync(CountTokensRequest request, CallOptions options)
    {
        var limit = Limit(DeadlineOf(options));
        using var late = new CancellationTokenSource(limit, time);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(options.CancellationToken, late.Token);
        try
        {
            return await runtime.CountAsync(Find(request.Model), request, ending.Token);
        }
        catch (OperationCanceledException error) when (late.IsCancellationRequested && !options.CancellationToken.IsCancellationRequested)
        {
            throw new MillraceException(
                Reason.DeadlineExceeded, "The upstream did not count tokens in time. Try again, or ask for less.", error);
        }
        catch (Exception error) when (error is not MillraceException)
        {
            throw UpstreamFaults.Of(error, logger);
        }
    }

    private TimeSpan Limit(DateTime? deadline)
    {
        var left = deadline - time.GetUtcNow().UtcDateTime ?? UnaryTimeout;
        return left <= TimeSpan.Zero ? TimeSpan.Zero : left < UnaryTimeout ? left : UnaryTimeout;
    }

    private sealed class RefusedStream(MillraceException error) : IAsyncStreamReader<GenerateResponse>
    {
        public GenerateResponse Current => throw new InvalidOperationException("There is no answer.");

        public Task<bool> MoveNext(CancellationToken cancellationToken) => Task.FromException<bool>(error);
    }
}

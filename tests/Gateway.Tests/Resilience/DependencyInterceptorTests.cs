using System.Diagnostics.Metrics;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Millrace.Contracts.Guardrails.V1;
using Millrace.Gateway.Resilience;
using Millrace.TestShared;

namespace Millrace.Gateway.Tests.Resilience;

public sealed class DependencyInterceptorTests : IDisposable
{
    private readonly ManualTimeProvider _time = new();
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly DependencyGate _gate;
    private readonly GuardrailsService.GuardrailsServiceClient _guardrails;

    public DependencyInterceptorTests()
    {
        _gate = new DependencyGate(
            Dependency.Guardrails,
            new DependencyOptions { FailuresMax = 1, OpenFor = TimeSpan.FromSeconds(1) },
            _time,
            new ResilienceTelemetry(_services.GetRequiredService<IMeterFactory>()),
            NullLogger<DependencyGate>.Instance);
        _guardrails = new(new SilentInvoker().Intercept(new DependencyInterceptor(_gate)));
    }

    public void Dispose() => _services.Dispose();

    [Fact]
    public void Stream_LeftBeforeItWasRead_LetsTheNextAttemptTry()
    {
        OpenAndWait();

        _guardrails.FilterOutput().Dispose();

        Assert.True(_gate.Circuit.IsOpen);
        Assert.True(_gate.Circuit.TryEnter(out _));
    }

    [Fact]
    public async Task Stream_ThatAnswered_ClosesTheCircuitAndLeavesItSo()
    {
        OpenAndWait();

        using (var call = _guardrails.FilterOutput()) await call.ResponseStream.MoveNext(CancellationToken.None);

        Assert.False(_gate.Circuit.IsOpen);
    }

    private void OpenAndWait()
    {
        _gate.Circuit.Failed();
        _time.Advance(TimeSpan.FromSeconds(1));
    }

    /// <summary>A service whose streams end without a word.</summary>
    private sealed class SilentInvoker : CallInvoker
    {
        public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(
            Method<TRequest, TResponse> method, string? host, CallOptions options) => new(
            null!, new Empty<TResponse>(), Task.FromResult(new Metadata()), () => Status.DefaultSuccess, () => [], () => { });

        public override TResponse BlockingUnaryCall<TRequest, TResponse>(
            Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) => throw new NotSupportedException();

        public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
            Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) => throw new NotSupportedException();

        public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
            Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) => throw new NotSupportedException();

        public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(
            Method<TRequest, TResponse> method, string? host, CallOptions options) => throw new NotSupportedException();
    }

    private sealed class Empty<T> : IAsyncStreamReader<T>
    {
        public T Current => throw new InvalidOperationException();

        public Task<bool> MoveNext(CancellationToken cancellationToken) => Task.FromResult(false);
    }
}

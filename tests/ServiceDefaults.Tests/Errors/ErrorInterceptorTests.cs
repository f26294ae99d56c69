using Grpc.Core;
using Microsoft.Extensions.Logging;
using Millrace.ServiceDefaults.Errors;
using Millrace.ServiceDefaults.Tests.Wire;
using Millrace.TestShared;

namespace Millrace.ServiceDefaults.Tests.Errors;

public sealed class ErrorInterceptorTests : IAsyncLifetime
{
    private RelayHost? _relay;

    public static TheoryData<string> Kinds => CallKinds.All;

    private RelayHost Host => _relay!;

    public async Task InitializeAsync() => _relay = await RelayHost.StartAsync();

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Refusal_OfEveryCallKind_ComesBackWhole(string kind)
    {
        Host.On("refuse", _ => throw new MillraceException(Reason.QueueFull, "Zu viele Aufträge: 100% voll.\nBitte warten.")
        {
            Param = "inputs[3]",
            RetryAfter = TimeSpan.FromMilliseconds(1500),
        });

        var error = await CallAsync(kind, "refuse");

        Assert.Equal(Reason.QueueFull, error.Reason);
        Assert.Equal("Zu viele Aufträge: 100% voll.\nBitte warten.", error.Message);
        Assert.Equal("inputs[3]", error.Param);
        Assert.Equal(TimeSpan.FromMilliseconds(1500), error.RetryAfter);
        Assert.Empty(Host.Errors);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Defect_OfEveryCallKind_IsLoggedAndHidesInternals(string kind)
    {
        Host.On("break", _ => throw new InvalidOperationException("password=hunter2"));

        var error = await CallAsync(kind, "break");

        Assert.Equal(Reason.Internal, error.Reason);
        Assert.DoesNotContain("hunter2", error.ToString(), StringComparison.Ordinal);
        Assert.Contains("hunter2", Assert.Single(Host.Errors), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Cancellation_OfEveryCallKind_ReachesTheServerAndIsNotAnError(string kind)
    {
        var entered = new TaskCompletionSource();
        var left = new TaskCompletionSource();
        using var cancel = new CancellationTokenSource();
        Host.On("wait", async context =>
        {
            entered.TrySetResult();
            try
            {
                await new TaskCompletionSource().Task.WaitAsync(context.CancellationToken);
            }
            finally
            {
                left.TrySetResult();
            }
        });

        var call = Host.Client.CallAsync(kind, new Order { Behaviour = "wait" }, cancel.Token);
        await entered.Task.DefaultTimeout();
        await cancel.CancelAsync();

        var error = await Assert.ThrowsAsync<MillraceException>(() => call.DefaultTimeout());
        Assert.Equal(Reason.Cancelled, error.Reason);
        await left.Task.DefaultTimeout();
        Assert.Empty(Host.Errors);
    }

    /// <summary>The server ends a call whose deadline passes, and cancels it only then: a write between the two fails.</summary>
    [Fact]
    public async Task Deadline_HandlerFailsBeforeItIsCancelled_IsNotAnError()
    {
        using var errors = new ErrorLogs();
        using var loggers = LoggerFactory.Create(logging => logging.AddProvider(errors));
        var interceptor = new ErrorInterceptor(loggers.CreateLogger<ErrorInterceptor>());
        var context = new CallThatTimedOut();

        var error = await Assert.ThrowsAsync<RpcException>(() => interceptor.UnaryServerHandler<Order, Sighting>(
            new Order(), context, (_, _) => throw new InvalidOperationException("The response is complete.")));

        Assert.Equal(StatusCode.Cancelled, error.StatusCode);
        Assert.Empty(errors);
    }

    [Fact]
    public async Task Refusal_WithAParamThatIsNotAscii_StillNamesIt()
    {
        Host.On("refuse", _ => throw MillraceException.InvalidArgument("größe", "wrong"));

        var error = await CallAsync("unary", "refuse");

        Assert.Equal("gr??e", error.Param);
        Assert.Null(error.RetryAfter);
    }

    [Fact]
    public async Task UnknownMethod_OfARunningService_IsADefectOfTheCaller()
    {
        var health = new Contracts.Embedding.V1.EmbeddingService.EmbeddingServiceClient(Host.Service.Invoker("embedding"));

        var error = await Assert.ThrowsAsync<MillraceException>(
            async () => await health.ListModelsAsync(new Contracts.Embedding.V1.ListModelsRequest()));

        Assert.Equal(Reason.Internal, error.Reason);
        Assert.Contains("The embedding service failed (Unimplemented)", error.Message, StringComparison.Ordinal);
    }

    public async Task DisposeAsync()
    {
        if (_relay is not null) await _relay.DisposeAsync();
    }

    private Task<MillraceException> CallAsync(string kind, string behaviour) => Assert.ThrowsAsync<MillraceException>(
        () => Host.Client.CallAsync(kind, new Order { Behaviour = behaviour }).DefaultTimeout());

    /// <summary>A call as it is between its end at a deadline and its cancellation.</summary>
    private sealed class CallThatTimedOut : ServerCallContext
    {
        protected override string MethodCore => "relay";

        protected override string HostCore => "";

        protected override string PeerCore => "";

        protected override DateTime DeadlineCore => DateTime.MinValue;

        protected override Metadata RequestHeadersCore => [];

        protected override CancellationToken CancellationTokenCore => CancellationToken.None;

        protected override Metadata ResponseTrailersCore => [];

        protected override Status StatusCore { get; set; } = new(StatusCode.DeadlineExceeded, "");

        protected override WriteOptions? WriteOptionsCore { get; set; }

        protected override AuthContext AuthContextCore => new(null, []);

        protected override ContextPropagationToken CreatePropagationTokenCore(ContextPropagationOptions? options) =>
            throw new NotSupportedException();

        protected override Task WriteResponseHeadersAsyncCore(Metadata responseHeaders) => Task.CompletedTask;
    }
}

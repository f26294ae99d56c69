namespace Grpc.Core;

/// <summary>The options of one call; every <c>With</c> method returns a changed copy.</summary>
public readonly struct CallOptions
{
    /// <summary>Makes options.</summary>
    public CallOptions(
        Metadata? headers = null,
        DateTime? deadline = null,
        CancellationToken cancellationToken = default,
        WriteOptions? writeOptions = null,
        ContextPropagationToken? propagationToken = null,
        CallCredentials? credentials = null)
    {
        Headers = headers;
        Deadline = deadline;
        CancellationToken = cancellationToken;
        WriteOptions = writeOptions;
        PropagationToken = propagationToken;
        Credentials = credentials;
    }

    /// <summary>Metadata to send.</summary>
    public Metadata? Headers { get; private init; }

    /// <summary>When the client stops waiting, UTC; null for never.</summary>
    public DateTime? Deadline { get; private init; }

    /// <summary>Cancels the call, on the server too.</summary>
    public CancellationToken CancellationToken { get; private init; }

    /// <summary>How requests are written.</summary>
    public WriteOptions? WriteOptions { get; private init; }

    /// <summary>What the handler that makes this call passes on.</summary>
    public ContextPropagationToken? PropagationToken { get; private init; }

    /// <summary>Credentials of this call alone.</summary>
    public CallCredentials? Credentials { get; private init; }

    /// <summary>Whether the call waits for a connection where it would fail at once.</summary>
    public bool IsWaitForReady { get; private init; }

    /// <summary>Changes <see cref="Headers"/>.</summary>
    public CallOptions WithHeaders(Metadata headers) => this with { Headers = headers };

    /// <summary>Changes <see cref="Deadline"/>.</summary>
    public CallOptions WithDeadline(DateTime deadline) => this with { Deadline = deadline };

    /// <summary>Changes <see cref="CancellationToken"/>.</summary>
    public CallOptions WithCancellationToken(CancellationToken cancellationToken) => this with { CancellationToken = cancellationToken };

    /// <summary>Changes <see cref="WriteOptions"/>.</summary>
    public CallOptions WithWriteOptions(WriteOptions writeOptions) => this with { WriteOptions = writeOptions };

    /// <summary>Changes <see cref="PropagationToken"/>.</summary>
    public CallOptions WithPropagationToken(ContextPropagationToken propagationToken) => this with { PropagationToken = propagationToken };

    /// <summary>Changes <see cref="Credentials"/>.</summary>
    public CallOptions WithCredentials(CallCredentials credentials) => this with { Credentials = credentials };

    /// <summary>Changes <see cref="IsWaitForReady"/>.</summary>
    public CallOptions WithWaitForReady(bool waitForReady = true) => this with { IsWaitForReady = waitForReady };
}

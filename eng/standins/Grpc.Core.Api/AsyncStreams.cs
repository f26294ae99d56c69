namespace Grpc.Core;

/// <summary>A stream of messages to read.</summary>
public interface IAsyncStreamReader<out T>
{
    /// <summary>The message that the last successful <see cref="MoveNext"/> read.</summary>
    T Current { get; }

    /// <summary>Reads the next message; false at the end of the stream. One read at a time.</summary>
    Task<bool> MoveNext(CancellationToken cancellationToken);
}

/// <summary>A stream of messages to write.</summary>
public interface IAsyncStreamWriter<in T>
{
    /// <summary>How the next messages are written; null for the defaults.</summary>
    WriteOptions? WriteOptions { get; set; }

    /// <summary>Writes one message. One write at a time.</summary>
    Task WriteAsync(T message);

    /// <summary>Writes one message, with a token to cancel the call; a writer that cannot be cancelled refuses a live token.</summary>
    Task WriteAsync(T message, CancellationToken cancellationToken) =>
        cancellationToken.CanBeCanceled
            ? throw new NotSupportedException("This stream writer cannot cancel a write.")
            : WriteAsync(message);
}

/// <summary>The client's stream of requests.</summary>
public interface IClientStreamWriter<in T> : IAsyncStreamWriter<T>
{
    /// <summary>Ends the stream of requests.</summary>
    Task CompleteAsync();
}

/// <summary>The server's stream of responses; it ends when the handler returns.</summary>
public interface IServerStreamWriter<in T> : IAsyncStreamWriter<T>
{
}

namespace Grpc.Core;

/// <summary>A call that did not end with <see cref="StatusCode.OK"/>; a handler throws it to choose status and trailers.</summary>
public class RpcException : Exception
{
    /// <summary>Makes an exception whose message is the status.</summary>
    public RpcException(Status status)
        : this(status, Metadata.Empty)
    {
    }

    /// <summary>Makes an exception with a message of its own.</summary>
    public RpcException(Status status, string message)
        : this(status, Metadata.Empty, message)
    {
    }

    /// <summary>Makes an exception that carries trailers.</summary>
    public RpcException(Status status, Metadata trailers)
        : this(status, trailers, status.ToString())
    {
    }

    /// <summary>Makes an exception that carries trailers and has a message of its own.</summary>
    public RpcException(Status status, Metadata trailers, string message)
        : base(message, status.DebugException)
    {
        ArgumentNullException.ThrowIfNull(trailers);
        Status = status;
        Trailers = trailers;
    }

    /// <summary>How the call ended.</summary>
    public Status Status { get; }

    /// <summary>The code of <see cref="Status"/>.</summary>
    public StatusCode StatusCode => Status.StatusCode;

    /// <summary>The metadata sent after the response.</summary>
    public Metadata Trailers { get; }
}

namespace Grpc.Core;

/// <summary>A connection to a server, which generated clients are made from.</summary>
public abstract class ChannelBase
{
    /// <summary>Names the server.</summary>
    protected ChannelBase(string target)
    {
        ArgumentNullException.ThrowIfNull(target);
        Target = target;
    }

    /// <summary>The server's name.</summary>
    public string Target { get; }

    /// <summary>Makes an invoker that calls over this channel.</summary>
    public abstract CallInvoker CreateCallInvoker();

    /// <summary>Ends the channel.</summary>
    public Task ShutdownAsync() => ShutdownAsyncCore();

    /// <summary>See <see cref="ShutdownAsync"/>.</summary>
    protected virtual Task ShutdownAsyncCore() => Task.CompletedTask;
}

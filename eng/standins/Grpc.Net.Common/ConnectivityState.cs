namespace Grpc.Core;

/// <summary>What a channel's connection is doing.</summary>
public enum ConnectivityState
{
    /// <summary>There is no connection and nobody needs one.</summary>
    Idle,

    /// <summary>A connection is being made.</summary>
    Connecting,

    /// <summary>Calls can be made.</summary>
    Ready,

    /// <summary>The last attempt failed; another will be made.</summary>
    TransientFailure,

    /// <summary>The channel has ended.</summary>
    Shutdown,
}

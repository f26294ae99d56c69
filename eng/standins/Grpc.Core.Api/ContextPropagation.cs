namespace Grpc.Core;

/// <summary>Passes a handler's deadline and cancellation on to calls that it makes.</summary>
public abstract class ContextPropagationToken
{
    internal ContextPropagationToken()
    {
    }
}

/// <summary>What a <see cref="ContextPropagationToken"/> passes on.</summary>
public class ContextPropagationOptions
{
    /// <summary>Everything is passed on.</summary>
    public static readonly ContextPropagationOptions Default = new();

    /// <summary>Chooses what is passed on.</summary>
    public ContextPropagationOptions(bool propagateDeadline = true, bool propagateCancellation = true)
    {
        IsPropagateDeadline = propagateDeadline;
        IsPropagateCancellation = propagateCancellation;
    }

    /// <summary>Whether the deadline is passed on.</summary>
    public bool IsPropagateDeadline { get; }

    /// <summary>Whether cancellation is passed on.</summary>
    public bool IsPropagateCancellation { get; }
}

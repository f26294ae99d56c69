namespace Millrace.Gateway.Runtime;

/// <summary>Where the events of an answer go: one implementation per way to answer.</summary>
public interface IChatSink
{
    /// <summary>Takes the next event. Events come one at a time, in order.</summary>
    ValueTask WriteAsync(ChatEvent next, CancellationToken cancellationToken);
}

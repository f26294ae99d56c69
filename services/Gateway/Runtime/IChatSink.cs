namespace Millrace.Gateway.Runtime;

/// <summary>Where the events of an answer go: one implementation per way to answer.</summary>
public interface IChatSink
{
    /// <summary>Whether pieces are of use before the answer is whole. Where they are not, fewer are checked and passed on.</summary>
    bool TakesPieces => true;

    /// <summary>Takes the next event. Events come one at a time, in order.</summary>
    ValueTask WriteAsync(ChatEvent next, CancellationToken cancellationToken);
}

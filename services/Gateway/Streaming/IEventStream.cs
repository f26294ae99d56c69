using System.Text.Json;
using Millrace.Gateway.Runtime;

namespace Millrace.Gateway.Streaming;

/// <summary>Where the events of a streamed answer go: to the client at once, or first to where they are kept.</summary>
internal interface IEventStream
{
    /// <summary>Begins the answer.</summary>
    ValueTask StartAsync(ChatStarted started, CancellationToken cancellationToken);

    /// <summary>Writes one event.</summary>
    /// <param name="state">Handed to <paramref name="write"/>.</param>
    /// <param name="write">Writes the event's JSON.</param>
    /// <param name="cancellationToken">Cancels.</param>
    ValueTask WriteAsync<T>(T state, Action<Utf8JsonWriter, T> write, CancellationToken cancellationToken);

    /// <summary>Writes one event that has a name.</summary>
    /// <param name="name">The name; empty for none.</param>
    /// <param name="state">Handed to <paramref name="write"/>.</param>
    /// <param name="write">Writes the event's JSON.</param>
    /// <param name="cancellationToken">Cancels.</param>
    ValueTask WriteAsync<T>(string name, T state, Action<Utf8JsonWriter, T> write, CancellationToken cancellationToken);

    /// <summary>Writes the event that says that the answer is whole.</summary>
    ValueTask WriteDoneAsync(CancellationToken cancellationToken);
}

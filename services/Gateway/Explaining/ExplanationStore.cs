using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Options;

namespace Millrace.Gateway.Explaining;

/// <summary>
/// The explanations of the last requests, each as the JSON that is told. The oldest goes when there are too many, or when they take too
/// much memory. A tenant finds its own only.
/// </summary>
public sealed class ExplanationStore(IOptions<GatewayOptions> options)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Tenant, string Request), LinkedListNode<Entry>> _byRequest = [];
    private readonly LinkedList<Entry> _oldestFirst = [];
    private long _bytes;

    /// <summary>Keeps an explanation; of a request that was repeated, the last one.</summary>
    public void Keep(string tenant, string request, ReadOnlyMemory<byte> json)
    {
        var entry = new Entry((tenant, request), json);
        lock (_gate)
        {
            if (_byRequest.TryGetValue(entry.Key, out var earlier)) Drop(earlier);
            _byRequest[entry.Key] = _oldestFirst.AddLast(entry);
            _bytes += json.Length;
            while (IsFull() && _oldestFirst.First is { } oldest) Drop(oldest);
        }
    }

    /// <summary>The explanation of a request of this tenant.</summary>
    public bool TryFind(string tenant, string request, [NotNullWhen(true)] out ReadOnlyMemory<byte>? json)
    {
        json = null;
        lock (_gate)
            if (_byRequest.TryGetValue((tenant, request), out var found)) json = found.Value.Json;
        return json is not null;
    }

    private bool IsFull() => _oldestFirst.Count > options.Value.ExplanationsMax || _bytes > options.Value.ExplanationBytesMax;

    private void Drop(LinkedListNode<Entry> node)
    {
        _oldestFirst.Remove(node);
        _byRequest.Remove(node.Value.Key);
        _bytes -= node.Value.Json.Length;
    }

    private sealed record Entry((string Tenant, string Request) Key, ReadOnlyMemory<byte> Json);
}

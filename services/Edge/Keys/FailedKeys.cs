using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;

namespace Millrace.Edge.Keys;

/// <summary>
/// Counts wrong keys by the address that they came from, in a window that slides. It is told of wrong keys alone, after they were judged:
/// a right key is never held up by what others sent from behind the same address. Memory is bounded: of more addresses than fit, the one
/// that was quiet for longest is forgotten.
/// </summary>
internal sealed class FailedKeys(IOptions<KeyOptions> options, TimeProvider time)
{
    // What one customer of a provider has of IPv6 addresses, who would else have any number of them.
    private const int NetworkBytes = 8;

    private readonly Lock _lock = new();
    private readonly Dictionary<UInt128, LinkedListNode<Failures>> _byAddress = [];

    // The address that failed last is at the end.
    private readonly LinkedList<Failures> _byLast = new();

    /// <summary>How many addresses are remembered.</summary>
    public int Count
    {
        get
        {
            lock (_lock) return _byAddress.Count;
        }
    }

    /// <summary>Counts a wrong key.</summary>
    /// <param name="address">Where it came from; null counts as one address.</param>
    /// <returns>
    /// Zero when the address may still be told that the key is wrong; else how long until it may, in which case nothing was counted.
    /// </returns>
    public TimeSpan Add(IPAddress? address)
    {
        if (options.Value.FailuresMax == 0) return TimeSpan.Zero;
        var now = time.GetTimestamp();
        lock (_lock)
        {
            ForgetQuiet(now);
            var failures = Of(Network(address));
            while (failures.Times.TryPeek(out var oldest) && Left(oldest, now) <= TimeSpan.Zero) failures.Times.Dequeue();
            if (failures.Times.Count >= options.Value.FailuresMax) return Left(failures.Times.Peek(), now);
            failures.Times.Enqueue(now);
            failures.Last = now;
            return TimeSpan.Zero;
        }
    }

    private static UInt128 Network(IPAddress? address)
    {
        if (address is null) return UInt128.Zero;
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out var count);
        if (address.AddressFamily == AddressFamily.InterNetworkV6) count = NetworkBytes;
        bytes[count..].Clear();

        // Nobody's network begins with what tells the two kinds apart.
        return address.AddressFamily == AddressFamily.InterNetwork
            ? UInt128.MaxValue - BinaryPrimitives.ReadUInt32BigEndian(bytes)
            : BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }

    private TimeSpan Left(long at, long now) => options.Value.FailureWindow - time.GetElapsedTime(at, now);

    private Failures Of(UInt128 network)
    {
        if (_byAddress.TryGetValue(network, out var node))
        {
            _byLast.Remove(node);
            _byLast.AddLast(node);
            return node.Value;
        }

        if (_byAddress.Count >= options.Value.FailureAddressesMax) Forget(_byLast.First!);
        node = _byLast.AddLast(new Failures(network));
        _byAddress.Add(network, node);
        return node.Value;
    }

    private void ForgetQuiet(long now)
    {
        while (_byLast.First is { } first && Left(first.Value.Last, now) <= TimeSpan.Zero) Forget(first);
    }

    private void Forget(LinkedListNode<Failures> node)
    {
        _byLast.Remove(node);
        _byAddress.Remove(node.Value.Network);
    }

    /// <summary>The wrong keys of one network in the window, oldest first.</summary>
    private sealed class Failures(UInt128 network)
    {
        public UInt128 Network => network;

        public Queue<long> Times { get; } = new();

        public long Last { get; set; }
    }
}

namespace Millrace.Inference.KvCache;

/// <summary>A run of cells that the same entries hold.</summary>
internal sealed class KvSpan(int length)
{
    /// <summary>Cells.</summary>
    public int Length { get; set; } = length;

    /// <summary>Who holds them.</summary>
    public List<KvEntry> Holders { get; private init; } = [];

    /// <summary>How many of the holders run.</summary>
    public int Pins { get; set; }

    /// <summary>Cuts off the cells from <paramref name="at"/> on, into a span of their own that the same entries hold.</summary>
    public KvSpan Split(int at)
    {
        var tail = new KvSpan(Length - at) { Holders = [.. Holders], Pins = Pins };
        Length = at;
        foreach (var holder in Holders) holder.Spans.Insert(holder.Spans.IndexOf(this) + 1, tail);
        return tail;
    }
}

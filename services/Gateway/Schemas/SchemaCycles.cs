namespace Millrace.Gateway.Schemas;

/// <summary>
/// Finds schemas that lead to themselves without going into the value. Recursion through properties and items ends where the value does;
/// this would not.
/// </summary>
internal static class SchemaCycles
{
    /// <summary>Refuses them.</summary>
    /// <exception cref="SchemaException">There is one; the exception names a schema of the circle, or one that it leads to.</exception>
    public static void Refuse(IReadOnlyCollection<SchemaNode> nodes)
    {
        // Takes away what nothing leads to, again and again: what is left leads to itself.
        var leading = nodes.ToDictionary(node => node, _ => 0);
        foreach (var next in nodes.SelectMany(node => node.SameValue)) leading[next]++;
        var free = new Queue<SchemaNode>(nodes.Where(node => leading[node] == 0));
        var left = nodes.Count;
        for (; free.TryDequeue(out var node); left--)
            foreach (var next in node.SameValue)
                if (--leading[next] == 0) free.Enqueue(next);
        if (left == 0) return;
        var circle = nodes.First(node => leading[node] > 0);
        throw new SchemaException(circle.Pointer, "refers to itself for the same value, so that no check of it would end");
    }
}

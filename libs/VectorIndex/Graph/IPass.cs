using Millrace.VectorIndex.Filtering;

namespace Millrace.VectorIndex.Graph;

/// <summary>Which nodes a walk may return.</summary>
internal interface IPass
{
    bool Passes(int slot);
}

/// <summary>Nodes that are not deleted.</summary>
/// <param name="table">The nodes.</param>
internal readonly struct LivePass(NodeTable table) : IPass
{
    public bool Passes(int slot) => table.IsLive(slot);
}

/// <summary>Nodes that are not deleted and whose id passes a filter.</summary>
/// <param name="table">The nodes.</param>
/// <param name="filter">The filter.</param>
internal readonly unsafe struct FilterPass(NodeTable table, IVectorFilter filter) : IPass
{
    public bool Passes(int slot) => table.IsLive(slot) && filter.Passes(table.Info(slot)->Id);
}

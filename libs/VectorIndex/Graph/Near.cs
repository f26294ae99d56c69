namespace Millrace.VectorIndex.Graph;

/// <summary>A node and how far it is from a query.</summary>
/// <param name="Slot">The node; 0 for none.</param>
/// <param name="Distance">Its distance.</param>
internal readonly record struct Near(int Slot, float Distance);

namespace Millrace.VectorIndex.Graph;

/// <summary>What a slot is used for.</summary>
internal enum SlotState : byte
{
    /// <summary>Nothing; it may be used.</summary>
    Free,

    /// <summary>A node that can be found.</summary>
    Live,

    /// <summary>A deleted node: walks still pass over it, none returns it.</summary>
    Deleted,

    /// <summary>A node that no link leads to any more, while walks that began earlier may stand on it.</summary>
    Retired,
}

/// <summary>What is known of a slot beside its links and its vector. Only walks with a condition, and answers, look at it.</summary>
internal unsafe struct SlotInfo
{
    /// <summary>The id under which the vector was stored.</summary>
    public long Id;

    /// <summary>Links on the levels from 1 on, <see cref="NodeLayout.UpperLinks"/> each; null for a node of level 0.</summary>
    public int* Upper;

    /// <summary>What the float32 form is to be multiplied by to get the vector back.</summary>
    public float Norm;

    /// <summary>The highest level on which the node is.</summary>
    public byte Level;

    /// <summary>A <see cref="SlotState"/>; written last, so that who sees it sees the rest.</summary>
    public byte State;
}

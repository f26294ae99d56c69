namespace Millrace.VectorIndex;

/// <summary>Why an index could not do what was asked.</summary>
public enum VectorIndexFault
{
    /// <summary>It holds as many vectors as it may.</summary>
    Full,

    /// <summary>A file is not what was written.</summary>
    Damaged,

    /// <summary>The files are of an index with other options, or of another version.</summary>
    Mismatch,

    /// <summary>Another process, or another object of this one, has the folder open.</summary>
    InUse,

    /// <summary>The disk refused a write; the index takes no more writes until it is opened again.</summary>
    WriteFailed,
}

/// <summary>An index cannot be opened or written to. The message says why and what to do.</summary>
/// <param name="fault">Why.</param>
/// <param name="message">Why, and what to do.</param>
/// <param name="inner">What the system said, if it did.</param>
public sealed class VectorIndexException(VectorIndexFault fault, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Why.</summary>
    public VectorIndexFault Fault { get; } = fault;
}

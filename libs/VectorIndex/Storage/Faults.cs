namespace Millrace.VectorIndex.Storage;

/// <summary>What is said when files cannot be used.</summary>
internal static class Faults
{
    public static VectorIndexException Damaged(string path, string what) => new(
        VectorIndexFault.Damaged,
        $"'{path}' is damaged: {what}. Restore the index's folder from a backup, or delete the folder and index the documents again.");

    public static VectorIndexException DamagedLog(string path, long offset, long length) => new(
        VectorIndexFault.Damaged,
        $"'{path}' is damaged: the record at byte {offset} is not what was written, and {length - offset} bytes follow, more than a write "
            + "that was cut short leaves. Restore the index's folder from a backup; or, to lose all writes from there on, cut the file to "
            + $"{offset} bytes.");

    public static VectorIndexException Missing(string path, string needed) => new(
        VectorIndexFault.Damaged,
        $"'{path}' continues '{needed}', which is not there. Restore it from a backup, or delete the folder and index the documents "
            + "again.");

    public static VectorIndexException OtherVersion(string path, int version) => new(
        VectorIndexFault.Mismatch,
        $"'{path}' has format version {version}, and this program reads version {FileHeader.CurrentVersion}. Open it with the version of "
            + "the program that wrote it, or delete the folder and index the documents again.");

    public static VectorIndexException Mismatch(string path, string name, string stored, string asked) => new(
        VectorIndexFault.Mismatch,
        $"'{path}' is of an index with {name} {stored}, and it was opened with {asked}. Open it with {stored}, or index the documents "
            + "again into another folder.");

    public static VectorIndexException InUse(string folder, Exception inner) => new(
        VectorIndexFault.InUse, $"The index in '{folder}' is open already, here or in another process. Close it there first.", inner);

    public static VectorIndexException WriteFailed(string path, Exception? inner) => new(
        VectorIndexFault.WriteFailed,
        $"A write to '{path}' failed{(inner is null ? " before" : $": {inner.Message}")}. Nothing that was acknowledged is lost. Make sure "
            + "that the disk has room and works, then open the index again.",
        inner);
}

using System.Runtime.InteropServices;
using Millrace.VectorIndex.Graph;

namespace Millrace.VectorIndex.Storage;

/// <summary>
/// A whole graph in one file: header, then sections with a checksum each: slots, nodes, vectors beside codes, links of the upper levels.
/// Records are written as they lie in memory, so opening is reading.
/// </summary>
internal static unsafe class Snapshot
{
    /// <summary>Writes a graph that nobody changes meanwhile. The file is complete under its name or not there at all.</summary>
    /// <returns>The bytes of the file.</returns>
    public static long Write(string path, NodeTable table, long generation)
    {
        var aside = path + IndexFolder.AsideEnding;
        long length;
        using (var file = new FileStream(aside, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 1 << 16))
        {
            file.Write(HeaderOf(table, generation).ToBytes());
            WriteSections(new SectionStream(file, path), table);
            file.Flush(flushToDisk: true);
            length = file.Length;
        }

        File.Move(aside, path, overwrite: true);
        return length;
    }

    /// <summary>Reads a graph into an empty table.</summary>
    /// <returns>The bytes of the file.</returns>
    /// <exception cref="VectorIndexException">The file is damaged, or of another index.</exception>
    public static long Read(string path, NodeTable table)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1);
        var bytes = new byte[FileHeader.Bytes];
        if (file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length)
            throw Faults.Damaged(path, "it ends too soon");
        var header = FileHeader.Read(bytes, FileHeader.SnapshotMagic, table.Layout.Options, path);
        if (header.SlotEnd > table.SlotEnd)
            throw Faults.Mismatch(path, nameof(VectorIndexOptions.MaxElements), "larger", $"{table.Layout.Options.MaxElements}");

        var mapping = table.Layout.Options.MapSnapshot ? new MappedFile(path) : null;
        table.Mapping = mapping;
        new Source(new SectionStream(file, path), table, mapping).Read(header.SlotEnd);
        table.Entry = new(header.EntrySlot, header.EntryLevel);
        return file.Length;
    }

    private static FileHeader HeaderOf(NodeTable table, long generation)
    {
        var entry = table.Entry;
        return FileHeader.Of(FileHeader.SnapshotMagic, table.Layout.Options, generation) with
        {
            SlotEnd = table.End,
            EntrySlot = entry.Slot,
            EntryLevel = entry.Level,
        };
    }

    private static void WriteSections(SectionStream stream, NodeTable table)
    {
        var end = table.End;
        for (var slot = RecordStore.FirstSlot; slot < end; slot++) stream.Write(MemoryMarshal.AsBytes([SlotRecord.Of(table.Info(slot))]));
        stream.End();
        WriteRecords(stream, table.Nodes, end);
        if (table.Floats is not null) WriteRecords(stream, table.Floats, end);
        for (var slot = RecordStore.FirstSlot; slot < end; slot++) stream.Write(UpperOf(table, slot));
        stream.End();
    }

    private static Span<byte> UpperOf(NodeTable table, int slot)
    {
        var info = table.Info(slot);
        return info->Upper is null ? [] : new(info->Upper, table.UpperBytes(info->Level));
    }

    private static void WriteRecords(SectionStream stream, RecordStore records, int end)
    {
        stream.Pad();
        for (var slot = RecordStore.FirstSlot; slot < end;) stream.Write(records.Run(slot, end, out slot));
        stream.End();
    }

    /// <summary>A snapshot on its way into an empty table.</summary>
    /// <param name="stream">The sections.</param>
    /// <param name="table">The table.</param>
    /// <param name="mapping">The file as memory; null to read it.</param>
    private sealed class Source(SectionStream stream, NodeTable table, MappedFile? mapping)
    {
        /// <summary>Reads all sections.</summary>
        public void Read(int end)
        {
            var slots = new SlotRecord[end - RecordStore.FirstSlot];
            stream.Read(MemoryMarshal.AsBytes(slots.AsSpan()));
            stream.Check();
            ReadRecords(table.Nodes, end);
            if (table.Floats is not null) ReadRecords(table.Floats, end);
            table.GrowTo(end);
            for (var i = 0; i < slots.Length; i++) table.Restore(RecordStore.FirstSlot + i, slots[i]);
            for (var slot = RecordStore.FirstSlot; slot < end; slot++) stream.Read(UpperOf(table, slot));
            stream.Check();
        }

        // Only whole segments of a store can be the file's own memory; the last one is to grow.
        private void ReadRecords(RecordStore records, int end)
        {
            stream.SkipPadding();
            stream.RequireRest((long)(end - RecordStore.FirstSlot) * records.Stride);
            var slot = RecordStore.FirstSlot;
            var mapped = mapping is null ? slot : records.Adopt(mapping.At(stream.Position), end);
            records.Grow(end);
            while (slot < mapped) stream.Pass(records.Run(slot, mapped, out slot));
            while (slot < end) stream.Read(records.Run(slot, end, out slot));
            stream.Check();
        }
    }
}

/// <summary>What a snapshot has of a slot; 16 bytes.</summary>
/// <param name="Id">The id.</param>
/// <param name="Norm">What the stored vector is to be multiplied by.</param>
/// <param name="Level">The node's level; 0 for a slot that is free.</param>
/// <param name="State">A <see cref="SlotState"/>: free, live or deleted.</param>
/// <param name="Spare">Zero.</param>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal readonly record struct SlotRecord(long Id, float Norm, byte Level, byte State, short Spare)
{
    /// <summary>Of a slot. One that waits for readers is free for whoever opens the snapshot.</summary>
    public static unsafe SlotRecord Of(SlotInfo* info) =>
        info->State == (byte)SlotState.Retired ? default : new(info->Id, info->Norm, info->Level, info->State, 0);
}

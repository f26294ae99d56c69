using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace Millrace.LlamaCpp.Parameters;

/// <summary>
/// A parameter struct whose layout is known only at run time, in a buffer larger than any known layout. Passing a larger struct by
/// value is harmless where structs this big travel in memory: System V x86-64, Windows x64, AArch64.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct ParameterBlob
{
    /// <summary>Size of the buffer; twice the largest layout seen and more.</summary>
    public const int SizeBytes = 512;

    private fixed ulong _words[SizeBytes / sizeof(ulong)];

    /// <summary>The buffer.</summary>
    [UnscopedRef]
    public Span<byte> Bytes => MemoryMarshal.AsBytes(MemoryMarshal.CreateSpan(ref _words[0], SizeBytes / sizeof(ulong)));
}

/// <summary>Typed access to the fields of a parameter blob by byte offset, in the machine's byte order.</summary>
internal static class ParameterFields
{
    public static int ReadInt(this ReadOnlySpan<byte> blob, int offset) => MemoryMarshal.Read<int>(blob[offset..]);

    public static nint ReadPointer(this ReadOnlySpan<byte> blob, int offset) => MemoryMarshal.Read<nint>(blob[offset..]);

    public static void WriteInt(this Span<byte> blob, int offset, int value) => MemoryMarshal.Write(blob[offset..], value);

    public static void WritePointer(this Span<byte> blob, int offset, nint value) => MemoryMarshal.Write(blob[offset..], value);

    public static void WriteBool(this Span<byte> blob, int offset, bool value) => blob[offset] = value ? (byte)1 : (byte)0;
}

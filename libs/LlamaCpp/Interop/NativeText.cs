using System.Runtime.InteropServices;
using System.Text;

namespace Millrace.LlamaCpp.Interop;

/// <summary>Text as the library takes and gives it.</summary>
internal static unsafe class NativeText
{
    private const int StackBytesMax = 256;

    /// <summary>Fills a buffer; returns the text's full length in bytes without terminator, negative when there is no such text.</summary>
    public delegate int Fill(byte* buffer, nuint sizeBytes);

    /// <summary>Reads a string through a function that reports the full length; null when there is none.</summary>
    public static string? Read(Fill fill)
    {
        var small = stackalloc byte[StackBytesMax];
        var length = fill(small, StackBytesMax);
        if (length < 0) return null;
        return length < StackBytesMax ? Encoding.UTF8.GetString(small, length) : ReadLong(fill, length);
    }

    /// <summary>Copies a zero-terminated string; null for a null pointer.</summary>
    public static string? FromPointer(byte* text) =>
        text is null ? null : Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(text));

    private static string ReadLong(Fill fill, int length)
    {
        var buffer = new byte[length + 1];
        fixed (byte* pointer = buffer) length = fill(pointer, (nuint)buffer.Length);
        return Encoding.UTF8.GetString(buffer, 0, length);
    }
}

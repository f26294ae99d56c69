namespace Aspire.Hosting.Processes;

/// <summary>Reads a stream of text to its end, line by line; a line longer than the limit is cut into pieces.</summary>
internal static class LinePump
{
    private const int LineCharsMax = 16 * 1024;

    public static async Task RunAsync(StreamReader reader, Action<string> onLine)
    {
        var buffer = new char[LineCharsMax];
        var filled = 0;
        while (await ReadAsync(reader, buffer.AsMemory(filled)) is var read and > 0)
        {
            filled += read;
            var rest = EmitLines(buffer.AsSpan(0, filled), onLine);
            buffer.AsSpan(filled - rest, rest).CopyTo(buffer);
            filled = rest;
        }

        if (filled > 0) onLine(buffer.AsSpan(0, filled).ToString());
    }

    /// <summary>Emits the whole lines of the text, and the text itself where it is full; returns how many characters are left.</summary>
    private static int EmitLines(ReadOnlySpan<char> text, Action<string> onLine)
    {
        while (text.IndexOf('\n') is var end and >= 0)
        {
            onLine(text[..end].TrimEnd('\r').ToString());
            text = text[(end + 1)..];
        }

        if (text.Length < LineCharsMax) return text.Length;
        onLine(text.ToString());
        return 0;
    }

    // The pipe may break while the child is being killed: that is the end of its output.
    private static async ValueTask<int> ReadAsync(StreamReader reader, Memory<char> buffer)
    {
        try
        {
            return await reader.ReadAsync(buffer);
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            return 0;
        }
    }
}

using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Retrieval.Parsing.Pdf;

/// <summary>
/// Runs the program that reads PDF, once per document: without a shell, without a file (the document goes in and the text comes out through
/// pipes), with limits on its memory and its time. Whatever a hostile file does, it does to that process.
/// </summary>
internal static class PdfToText
{
    private const string MemoryLimiter = "prlimit";
    private const int ErrorCharsMax = 4096;
    private const int BufferChars = 16 * 1024;

    /// <summary>The text of a document; a form feed ends each page.</summary>
    /// <exception cref="MillraceException">The program is not installed, refuses the document, or writes more than allowed.</exception>
    /// <exception cref="OperationCanceledException">The time is over; the process is gone.</exception>
    public static string Read(DocumentSource source)
    {
        using var process = Start(source.Budget.Limits);
        using var kill = source.Budget.Stop.Register(() => Kill(process));
        try
        {
            var input = FeedAsync(process, source.Content);
            var errors = ErrorsAsync(process);
            var text = ReadAll(process.StandardOutput, source.Budget);
            process.WaitForExit();
            source.Budget.Stop.ThrowIfCancellationRequested();
            input.GetAwaiter().GetResult();
            return process.ExitCode == 0 ? text : throw Refusal(process.ExitCode, errors.GetAwaiter().GetResult());
        }
        finally
        {
            Kill(process);
        }
    }

    private static Process Start(ParsingOptions limits)
    {
        var program = Find(limits.PdfToTextPath) ?? throw Missing(limits.PdfToTextPath);
        var start = new ProcessStartInfo
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            WorkingDirectory = Path.GetTempPath(),
        };
        if (Find(MemoryLimiter) is { } limiter) Limit(start, limiter, limits);
        else start.FileName = program;
        if (start.FileName != program) start.ArgumentList.Add(program);
        foreach (var argument in (string[])["-enc", "UTF-8", "-eol", "unix", "-", "-"]) start.ArgumentList.Add(argument);
        try
        {
            return Process.Start(start) ?? throw Missing(program);
        }
        catch (Win32Exception error)
        {
            throw Missing(program, error);
        }
    }

    private static void Limit(ProcessStartInfo start, string limiter, ParsingOptions limits)
    {
        start.FileName = limiter;
        start.ArgumentList.Add(string.Create(CultureInfo.InvariantCulture, $"--as={limits.PdfMemoryBytesMax}"));
        var seconds = (int)Math.Ceiling(limits.TimeLimit.TotalSeconds) + 1;
        start.ArgumentList.Add(string.Create(CultureInfo.InvariantCulture, $"--cpu={seconds}"));
        start.ArgumentList.Add("--core=0");
        start.ArgumentList.Add("--");
    }

    private static string? Find(string program)
    {
        if (program.Contains(Path.DirectorySeparatorChar)) return File.Exists(program) ? program : null;
        var folders = Environment.GetEnvironmentVariable("PATH")?.Split(Path.PathSeparator) ?? [];
        return folders.Where(folder => folder.Length > 0).Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);
    }

    // The program may end before it has read everything, and its pipe with it; its exit code says whether that is a fault.
    private static async Task FeedAsync(Process process, ReadOnlyMemory<byte> content)
    {
        try
        {
            await using var input = process.StandardInput.BaseStream;
            await input.WriteAsync(content);
        }
        catch (IOException)
        {
            // See above.
        }
    }

    private static string ReadAll(StreamReader output, ParsingBudget budget)
    {
        var text = new StringBuilder();
        var buffer = new char[BufferChars];
        for (int read; (read = output.Read(buffer)) > 0;)
        {
            budget.RequireTextChars(text.Length + (long)read);
            text.Append(buffer, 0, read);
        }

        return text.ToString();
    }

    private static async Task<string> ErrorsAsync(Process process)
    {
        var errors = new StringBuilder();
        var buffer = new char[1024];
        for (int read; (read = await process.StandardError.ReadAsync(buffer)) > 0;)
            if (errors.Length < ErrorCharsMax) errors.Append(buffer, 0, read);
        return errors.ToString();
    }

    private static void Kill(Process process)
    {
        try
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It ended by itself.
        }
    }

    private static MillraceException Refusal(int exitCode, string errors)
    {
        if (exitCode == 3 || errors.Contains("password", StringComparison.OrdinalIgnoreCase))
            return ParsingErrors.Damaged("The PDF is encrypted, or does not allow its text to be taken. Upload it without a password.");
        const int SignalBase = 128;
        if (exitCode > SignalBase || errors.Contains("memory", StringComparison.OrdinalIgnoreCase))
            return ParsingErrors.OverLimit(
                "The PDF needs more memory than allowed, or crashes the program that reads it.", nameof(ParsingOptions.PdfMemoryBytesMax));
        return ParsingErrors.Damaged("The PDF is damaged and cannot be read. Save or print it as PDF again.");
    }

    private static MillraceException Missing(string program, Exception? inner = null) => new(
        Reason.UnsupportedMediaType,
        $"PDF cannot be read here: '{program}' is not installed. Install poppler-utils on the machine of the retrieval service, or set "
        + $"{ParsingOptions.Section}:{nameof(ParsingOptions.PdfToTextPath)}; or upload the document's text.",
        inner)
    { Param = "media_type" };
}

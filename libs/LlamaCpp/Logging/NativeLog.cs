using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Millrace.LlamaCpp.Interop;

namespace Millrace.LlamaCpp.Logging;

/// <summary>
/// Receives what the library prints. It prints in fragments, so each thread's fragments are joined into lines. The last error line of a
/// thread is kept, because most functions report a failure as a null pointer and its reason only here.
/// </summary>
internal static unsafe class NativeLog
{
    private const int LineCharsMax = 4096;

    // What the library says last of a load that failed; the line before it has the reason.
    private const string Summary = "failed to load model";

    private static volatile ILogger _logger = NullLogger.Instance;

    [ThreadStatic]
    private static StringBuilder? _line;

    [ThreadStatic]
    private static LogLevel _level;

    [ThreadStatic]
    private static string? _lastError;

    [ThreadStatic]
    private static string? _expected;

    /// <summary>Sends everything from now on to <paramref name="logger"/>.</summary>
    public static void Attach(ILogger logger)
    {
        _logger = logger;
        LlamaLibrary.SetLog(&OnNativeText, null);
    }

    /// <summary>Runs a call in which a warning with this text is no news: it is logged at debug level. Null expects none.</summary>
    public static T Expecting<T>(string? warning, Func<T> call)
    {
        _expected = warning;
        try
        {
            return call();
        }
        finally
        {
            _expected = null;
        }
    }

    /// <summary>Forgets this thread's last error, before a call whose failure is to be explained.</summary>
    public static void ForgetError() => _lastError = null;

    /// <summary>This thread's last error line in brackets, with a space before it; empty when there is none.</summary>
    public static string Explanation() => _lastError is { } line ? $" ({line})" : "";

    /// <summary>Adds a fragment; whole lines go to the logger.</summary>
    internal static void Append(int nativeLevel, ReadOnlySpan<char> text)
    {
        if (MapLevel(nativeLevel) is { } level) _level = level;
        for (var end = text.IndexOf('\n'); end >= 0; end = text.IndexOf('\n'))
        {
            AppendFragment(text[..end]);
            Flush();
            text = text[(end + 1)..];
        }

        AppendFragment(text);
    }

    private static void AppendFragment(ReadOnlySpan<char> fragment)
    {
        var line = _line ??= new StringBuilder();
        line.Append(fragment[..Math.Min(fragment.Length, LineCharsMax - Math.Min(line.Length, LineCharsMax))]);
    }

    private static void Flush()
    {
        var line = (_line ??= new StringBuilder()).ToString().Trim();
        _line.Clear();
        if (line.Length == 0 || line.AsSpan().IndexOfAnyExcept('.') < 0) return;
        if (_level == LogLevel.Error && !(_lastError is not null && line.EndsWith(Summary, StringComparison.Ordinal))) _lastError = line;
        LlamaCppLog.NativeLine(_logger, IsExpected(line) ? LogLevel.Debug : _level, line);
    }

    private static bool IsExpected(string line) =>
        _level == LogLevel.Warning && _expected is { } expected && line.Contains(expected, StringComparison.Ordinal);

    // The library's "info" is its load report of some hundred lines, which is our debug. Level 5 continues the line before, 0 is plain.
    private static LogLevel? MapLevel(int nativeLevel) => nativeLevel switch
    {
        1 => LogLevel.Trace,
        2 or 0 => LogLevel.Debug,
        3 => LogLevel.Warning,
        4 => LogLevel.Error,
        _ => null,
    };

    [UnmanagedCallersOnly]
    private static void OnNativeText(int level, byte* text, void* state)
    {
        try
        {
            Append(level, NativeText.FromPointer(text));
        }
        catch (Exception)
        {
            // An exception must not cross into native frames, and a failing log sink is no reason to stop computing.
        }
    }
}

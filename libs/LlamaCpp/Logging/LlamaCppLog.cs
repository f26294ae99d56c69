using Microsoft.Extensions.Logging;

namespace Millrace.LlamaCpp.Logging;

/// <summary>What the binding logs.</summary>
internal static partial class LlamaCppLog
{
    [LoggerMessage(EventId = 9000, Message = "{Line}")]
    public static partial void NativeLine(ILogger logger, LogLevel level, string line);

    [LoggerMessage(EventId = 9001, Level = LogLevel.Information, Message = "llama.cpp {Release} loaded from {Directory}: {SystemInfo}")]
    public static partial void LibraryLoaded(ILogger logger, string release, string directory, string systemInfo);

    [LoggerMessage(EventId = 9002, Level = LogLevel.Information, Message = "Device {Name}: {Description}, {TotalBytes} bytes")]
    public static partial void DeviceFound(ILogger logger, string name, string description, long totalBytes);
}

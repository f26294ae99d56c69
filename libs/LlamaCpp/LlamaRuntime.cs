using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Millrace.LlamaCpp.Interop;
using Millrace.LlamaCpp.Loading;
using Millrace.LlamaCpp.Logging;
using Millrace.LlamaCpp.Parameters;

namespace Millrace.LlamaCpp;

/// <summary>A device that can compute.</summary>
/// <param name="Name">Short name, for example <c>CPU</c> or <c>CUDA0</c>.</param>
/// <param name="Description">The hardware's own name.</param>
/// <param name="FreeBytes">Free memory in bytes when the runtime started.</param>
/// <param name="TotalBytes">Total memory in bytes.</param>
public sealed record LlamaDevice(string Name, string Description, long FreeBytes, long TotalBytes);

/// <summary>The native library, loaded once for the life of the process. Thread-safe.</summary>
public sealed unsafe class LlamaRuntime
{
    private static readonly Lock InitializeLock = new();
    private static volatile LlamaRuntime? _current;

    private LlamaRuntime(NativeLibraryFiles files)
    {
        Files = files;
        ModelDefaults = LlamaLibrary.DefaultModelParameters();
        ContextDefaults = LlamaLibrary.DefaultContextParameters();
        var modelDefaults = ModelDefaults;
        var contextDefaults = ContextDefaults;
        ModelParameterLayout.Require(modelDefaults.Bytes, files.Llama);
        ContextLayout = ContextParameterLayout.Recognize(contextDefaults.Bytes, files.Llama);
        SystemInfo = NativeText.FromPointer(LlamaLibrary.SystemInfo())?.Trim() ?? "";
        Devices = ReadDevices();
        SequencesMax = (int)LlamaLibrary.SequencesMax();
    }

    /// <summary>The files in use.</summary>
    public NativeLibraryFiles Files { get; }

    /// <summary>The llama.cpp release whose parameter layout the library has.</summary>
    public string Release => ContextLayout.Release;

    /// <summary>Instruction sets and back ends in use, as the library prints them.</summary>
    public string SystemInfo { get; }

    /// <summary>Devices that models can be placed on; the CPU is among them.</summary>
    public ImmutableArray<LlamaDevice> Devices { get; }

    /// <summary>Whether there is a device beside the CPU; false as long as the library is not loaded.</summary>
    public static bool HasGpu => _current?.Devices.Any(device => device.Name != "CPU") ?? false;

    /// <summary>Most sequences that a context can have.</summary>
    public int SequencesMax { get; }

    internal ParameterBlob ModelDefaults { get; }

    internal ParameterBlob ContextDefaults { get; }

    internal ContextParameterLayout ContextLayout { get; }

    /// <summary>The runtime.</summary>
    /// <exception cref="InvalidOperationException"><see cref="Initialize"/> has not been called.</exception>
    public static LlamaRuntime Current =>
        _current ?? throw new InvalidOperationException("The native library is not loaded: call LlamaRuntime.Initialize first.");

    /// <summary>
    /// Finds and loads the native library, checks that its parameter layouts are known, and sends its log to
    /// <paramref name="loggerFactory"/>. A second call only changes where the log goes; after a failure it tries again.
    /// </summary>
    /// <exception cref="LlamaException">There is no usable library; the message is one line with the remedy.</exception>
    public static LlamaRuntime Initialize(ILoggerFactory loggerFactory)
    {
        ArgumentNullException.ThrowIfNull(loggerFactory);
        var logger = loggerFactory.CreateLogger("Millrace.LlamaCpp");
        lock (InitializeLock)
        {
            if (_current is null) return _current = Start(NativeLibraryLocator.Locate(), logger);
            NativeLog.Attach(logger);
            return _current;
        }
    }

    /// <summary>Loads what was located.</summary>
    /// <exception cref="LlamaException">Nothing was located, or it is not usable.</exception>
    internal static LlamaRuntime Start(NativeLibraryLocation location, ILogger logger)
    {
        if (!location.Found) throw new LlamaException(LlamaFailure.LibraryMissing, location.Reason);
        try
        {
            return Start(location.Files, logger);
        }
        catch (EntryPointNotFoundException e)
        {
            throw new LlamaException(
                LlamaFailure.LibraryUnsupported,
                $"{location.Files.Llama} lacks a function of the pinned release ({e.Message}); run eng/native.sh",
                e);
        }
    }

    private static LlamaRuntime Start(NativeLibraryFiles files, ILogger logger)
    {
        NativeLibraries.Load(files);
        NativeLog.Attach(logger);
        LlamaLibrary.LoadBackends(files.Directory);
        LlamaLibrary.InitializeBackend();
        var runtime = new LlamaRuntime(files);
        if (runtime.Devices.IsEmpty)
            throw new LlamaException(
                LlamaFailure.LibraryUnsupported, $"{files.Directory} has no back end for this processor; run eng/native.sh");

        runtime.Report(logger);
        return runtime;
    }

    private void Report(ILogger logger)
    {
        LlamaCppLog.LibraryLoaded(logger, Release, Files.Directory, SystemInfo);
        foreach (var device in Devices) LlamaCppLog.DeviceFound(logger, device.Name, device.Description, device.TotalBytes);
    }

    private static ImmutableArray<LlamaDevice> ReadDevices() =>
        [.. Enumerable.Range(0, (int)LlamaLibrary.DeviceCount()).Select(index => ReadDevice(LlamaLibrary.Device((nuint)index)))];

    private static LlamaDevice ReadDevice(nint device)
    {
        nuint free, total;
        LlamaLibrary.DeviceMemory(device, &free, &total);
        return new(
            NativeText.FromPointer(LlamaLibrary.DeviceName(device)) ?? "",
            NativeText.FromPointer(LlamaLibrary.DeviceDescription(device)) ?? "",
            (long)free,
            (long)total);
    }
}

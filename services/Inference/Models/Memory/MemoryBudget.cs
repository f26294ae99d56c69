using Microsoft.Extensions.Options;
using Millrace.Inference.Configuration;
using Millrace.LlamaCpp;

namespace Millrace.Inference.Models.Memory;

/// <summary>
/// How much memory the models may use together: what the settings say, else 85% of what was free when the first model was loaded. With GPUs
/// and all layers on them, it is their memory that counts.
/// </summary>
internal sealed class MemoryBudget(IOptions<InferenceOptions> options)
{
    private const double Share = 0.85;
    private const string Cpu = "CPU";

    private readonly Lazy<long> _bytes = new(() => options.Value.MemoryBytesMax > 0
        ? options.Value.MemoryBytesMax
        : (long)(Share * FreeBytes(options.Value.GpuLayers)));

    /// <summary>Bytes that the models may use together.</summary>
    public long Bytes => _bytes.Value;

    private static long FreeBytes(int gpuLayers)
    {
        var gpus = LlamaRuntime.Current.Devices.Where(device => device.Name != Cpu).Sum(device => device.FreeBytes);
        if (gpus > 0 && gpuLayers < 0) return gpus;
        return MachineMemory.AvailableBytes() + (gpuLayers == 0 ? 0 : gpus);
    }
}

using Millrace.Inference.Models.Memory;
using Millrace.TestShared;

namespace Millrace.Inference.Tests.Models.Memory;

public sealed class MachineMemoryTests
{
    [Fact]
    public void AvailableBytes_ThisMachine_IsSomeOfWhatItHas() =>
        Assert.InRange(MachineMemory.AvailableBytes(), 1, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);

    [Theory]
    [InlineData("MemTotal:  100 kB\nMemAvailable:   12345 kB\n", 12345L * 1024)]
    [InlineData("MemTotal:  100 kB\n", null)]
    [InlineData("MemAvailable: much\n", null)]
    public void FromKernel_ItsReport_IsTheAvailableBytes(string report, long? expected)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("meminfo"), report);

        Assert.Equal(expected, MachineMemory.FromKernel(folder.File("meminfo")));
    }

    [Fact]
    public void FromKernel_NoReport_IsNull()
    {
        using var folder = new TemporaryFolder();

        Assert.Null(MachineMemory.FromKernel(folder.File("absent")));
    }
}

using System.Diagnostics;
using System.Globalization;
using Millrace.TestShared;

namespace Millrace.Inference.Tests.Models;

/// <summary>The service as a process of its own: what it prints and how it exits.</summary>
public sealed class StartTests
{
    [Fact]
    public async Task Start_CorruptModel_IsOneLineThatNamesTheFileAndExitCode1()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("broken.gguf");
        await File.WriteAllBytesAsync(path, [.. "GGUF"u8, .. new byte[1000]]);

        var (exitCode, output) = await RunAsync(("Inference__Model", path));

        AssertOneLine(exitCode, output, path);
    }

    [Fact]
    public async Task Start_ModelCutShort_IsOneLineThatNamesTheFileAndExitCode1()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("short.gguf");
        var whole = await File.ReadAllBytesAsync(Path.Combine(RepoPaths.Models, "tiny-rag-chat.gguf"));
        await File.WriteAllBytesAsync(path, whole[..5_000_000]);

        var (exitCode, output) = await RunAsync(("Inference__Model", path));

        AssertOneLine(exitCode, output, path);
    }

    [Fact]
    public async Task Start_NoModel_SaysWhereToPutOneAndExitCode1()
    {
        using var folder = new TemporaryFolder();

        var (exitCode, output) = await RunAsync(("MILLRACE_MODELS_DIR", folder.Path));

        AssertOneLine(exitCode, output, folder.Path);
    }

    [Fact]
    public async Task Start_EncoderAsModel_SaysWhatItIsAndExitCode1()
    {
        var (exitCode, output) = await RunAsync(("Inference__Model", "tiny-embed"));

        AssertOneLine(exitCode, output, "encoder (bert)");
    }

    [Fact]
    public async Task Start_NativeLibraryMissing_IsOneLineWithTheRemedyAndExitCode1()
    {
        using var folder = new TemporaryFolder();

        var (exitCode, output) = await RunAsync(("MILLRACE_LLAMA_DIR", folder.Path));

        AssertOneLine(exitCode, output, folder.Path);
        Assert.Contains("eng/native.sh", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_Sigterm_ExitsWithCode0()
    {
        using var process = Start();
        string? line;
        do line = await process.StandardOutput.ReadLineAsync().DefaultTimeout();
        while (line?.Contains("loaded from", StringComparison.Ordinal) == false);
        using var kill = Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]);

        await process.StandardOutput.ReadToEndAsync().DefaultTimeout();
        await process.WaitForExitAsync().DefaultTimeout();

        Assert.Equal(0, process.ExitCode);
    }

    private static void AssertOneLine(int exitCode, string output, string expected)
    {
        string[] severe = ["crit:", "fail:"];
        var lines = output.Split('\n').Where(line => severe.Any(level => line.Contains(level, StringComparison.Ordinal)));
        Assert.Contains(expected, Assert.Single(lines), StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
        Assert.Equal(1, exitCode);
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(params IEnumerable<(string Key, string Value)> environment)
    {
        using var process = Start(environment);
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync().DefaultTimeout() + await errors.DefaultTimeout();
        await process.WaitForExitAsync().DefaultTimeout();
        return (process.ExitCode, output);
    }

    private static Process Start(params IEnumerable<(string Key, string Value)> environment)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            ArgumentList = { Path.Combine(AppContext.BaseDirectory, "Millrace.Inference.dll") },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (key, value) in (IEnumerable<(string, string)>)
            [("MILLRACE_GRPC_PORT", "0"), ("MILLRACE_HTTP_PORT", "0"), ("MILLRACE_MODELS_DIR", RepoPaths.Models), .. environment])
            start.Environment[key] = value;
        return Process.Start(start) ?? throw new InvalidOperationException("The service did not start.");
    }
}

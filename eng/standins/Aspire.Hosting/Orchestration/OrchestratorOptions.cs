using Microsoft.Extensions.Configuration;

namespace Aspire.Hosting.Orchestration;

/// <summary>How the local orchestrator behaves; configuration section <c>AppHost</c>.</summary>
internal sealed record OrchestratorOptions
{
    public required string LogsFolder { get; init; }

    /// <summary>Whether the children's output also goes to the console.</summary>
    public bool ConsoleLogs { get; init; }

    /// <summary>Whether the table of resources goes to the console.</summary>
    public bool ResourceTable { get; init; } = true;

    /// <summary>Whether the application stops, with exit code 1, when a resource cannot be started.</summary>
    public bool StopOnFailedStart { get; init; }

    /// <summary>Ignore the fixed ports of proxied endpoints, so that several applications can run side by side.</summary>
    public bool RandomizePorts { get; init; }

    public long LogBytesMax { get; init; } = 16 * 1024 * 1024;

    /// <summary>How long the whole shutdown may take before what is left is killed.</summary>
    public TimeSpan ShutdownGrace { get; init; } = TimeSpan.FromSeconds(8);

    public static OrchestratorOptions From(IConfiguration configuration, BuildOutput build)
    {
        var section = configuration.GetSection("AppHost");
        return new OrchestratorOptions
        {
            LogsFolder = section["LogsFolder"] ?? Path.Combine(build.RepositoryFolder, ".millrace", "logs"),
            ConsoleLogs = section.GetValue("ConsoleLogs", false),
            ResourceTable = section.GetValue("ResourceTable", true),
            StopOnFailedStart = section.GetValue("StopOnFailedStart", false),
            RandomizePorts = configuration.GetValue("DcpPublisher:RandomizePorts", false),
            LogBytesMax = section.GetValue("LogBytesMax", 16L * 1024 * 1024),
            ShutdownGrace = TimeSpan.FromSeconds(section.GetValue("ShutdownGraceSeconds", 8.0)),
        };
    }
}

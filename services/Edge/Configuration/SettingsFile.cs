using Microsoft.Extensions.Configuration.Json;
using Microsoft.Extensions.FileProviders;
using Millrace.ServiceDefaults.Hosting;

namespace Millrace.Edge.Configuration;

/// <summary>
/// <c>edge.json</c> in the edge's data folder: settings that an operator changes while the edge runs. It goes before all other sources, so
/// that what stands in it holds. One that is no JSON is told in the log, and changes nothing.
/// </summary>
internal sealed class SettingsFile
{
    /// <summary>Name of the file.</summary>
    public const string Name = "edge.json";

    /// <summary>Name of the data folder.</summary>
    public const string Folder = "edge";

    private volatile ILogger? _logger;

    private SettingsFile()
    {
    }

    /// <summary>Adds the file, which need not be there.</summary>
    /// <exception cref="StartupException">It is not valid JSON.</exception>
    public static void AddTo(WebApplicationBuilder builder)
    {
        var file = new SettingsFile();
        builder.Services.AddSingleton(file);
        var folder = DataFolders.For(builder.Configuration, Folder);
        try
        {
            builder.Configuration.Sources.Add(new JsonConfigurationSource
            {
                Path = Name,
                FileProvider = new PhysicalFileProvider(folder),
                Optional = true,
                ReloadOnChange = true,
                OnLoadException = file.Tell,
            });
        }
        catch (InvalidDataException error)
        {
            throw new StartupException(
                $"'{Path.Combine(folder, Name)}' is not valid JSON ({Problem(error)}). Repair it, or remove it.", error);
        }
    }

    /// <summary>Where to tell of a file that cannot be read; until then the start tells it.</summary>
    public void TellTo(ILogger logger) => _logger = logger;

    // The exception goes on: whoever ignored it would go on with an empty file, and lose what stood in it.
    private void Tell(FileLoadExceptionContext failure)
    {
        if (_logger is { } logger) EdgeLog.SettingsNotApplied(logger, $"{Name}: {Problem(failure.Exception)}");
    }

    private static string Problem(Exception error) => error.GetBaseException().Message;
}

using Microsoft.Extensions.Configuration.Json;
using Microsoft.Extensions.FileProviders;
using Millrace.ServiceDefaults.Hosting;

namespace Millrace.Edge.Configuration;

/// <summary>
/// <c>edge.json</c> in the edge's data folder: settings that an operator changes while the edge runs. It goes before all other sources, so
/// that what stands in it holds.
/// </summary>
internal static class SettingsFile
{
    /// <summary>Name of the file.</summary>
    public const string Name = "edge.json";

    /// <summary>Name of the data folder.</summary>
    public const string Folder = "edge";

    /// <summary>Adds the file, which need not be there.</summary>
    /// <exception cref="StartupException">It is not valid JSON.</exception>
    public static void AddSettingsFile(this WebApplicationBuilder builder)
    {
        var folder = DataFolders.For(builder.Configuration, Folder);
        try
        {
            builder.Configuration.Sources.Add(new JsonConfigurationSource
            {
                Path = Name,
                FileProvider = new PhysicalFileProvider(folder),
                Optional = true,
                ReloadOnChange = true,
            });
        }
        catch (InvalidDataException error)
        {
            throw new StartupException(
                $"'{Path.Combine(folder, Name)}' is not valid JSON ({error.InnerException?.Message}). Repair it, or remove it.", error);
        }
    }
}

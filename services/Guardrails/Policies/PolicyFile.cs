using Microsoft.Extensions.Configuration.Json;
using Microsoft.Extensions.FileProviders;
using Millrace.ServiceDefaults.Hosting;

namespace Millrace.Guardrails.Policies;

/// <summary>
/// <c>guardrails.json</c> in the service's data folder: policies and tenants that an operator changes while the service runs. It goes
/// before all other sources. One that is no JSON is told, and changes nothing.
/// </summary>
internal sealed class PolicyFile
{
    /// <summary>Name of the file.</summary>
    public const string Name = "guardrails.json";

    /// <summary>Name of the data folder.</summary>
    public const string Folder = "guardrails";

    private volatile PolicyCatalog? _policies;

    private PolicyFile()
    {
    }

    /// <summary>Adds the file, which need not be there.</summary>
    /// <exception cref="StartupException">It is not valid JSON.</exception>
    public static void AddTo(WebApplicationBuilder builder)
    {
        var file = new PolicyFile();
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

    /// <summary>Whom to tell of a file that cannot be read; until then the start tells it.</summary>
    public void TellTo(PolicyCatalog policies) => _policies = policies;

    // The exception goes on: whoever ignored it would go on with an empty file, and lose what stood in it.
    private void Tell(FileLoadExceptionContext failure) => _policies?.Refuse($"{Name}: {Problem(failure.Exception)}");

    private static string Problem(Exception error) => error.GetBaseException().Message;
}

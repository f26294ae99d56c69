using Microsoft.Extensions.Configuration;

namespace Millrace.ServiceDefaults.Hosting;

/// <summary>Where a service keeps what must outlive it. Each service has a folder of its own.</summary>
public static class DataFolders
{
    /// <summary>The folder of a service, created if it is missing: <c>MILLRACE_DATA_DIR/NAME</c>, else <c>.millrace/data/NAME</c> below the
    /// working directory.</summary>
    /// <exception cref="StartupException">The folder cannot be created; the message names it.</exception>
    public static string For(IConfiguration configuration, string service)
    {
        var root = configuration["MILLRACE_DATA_DIR"] is { Length: > 0 } set ? set : Path.Combine(".millrace", "data");
        var folder = Path.GetFullPath(Path.Combine(root, service));
        try
        {
            return Directory.CreateDirectory(folder).FullName;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new StartupException(
                $"The data folder '{folder}' cannot be created ({error.Message}). "
                    + "Set MILLRACE_DATA_DIR to a folder that can be written.", error);
        }
    }
}

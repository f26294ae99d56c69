using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;

namespace Millrace.ServiceDefaults.Hosting;

/// <summary>
/// Runs a service. What its operator can mend (a setting, a port, a file) ends it with one line for each error instead of a stack trace;
/// everything else is a defect and is shown in full.
/// </summary>
public static class ServiceHost
{
    /// <summary>Composes and runs a service until it is asked to stop.</summary>
    /// <param name="args">The command line.</param>
    /// <param name="add">Adds the service's own parts.</param>
    /// <param name="map">Maps its endpoints.</param>
    /// <returns>The exit code: 0 when it was asked to stop, 1 when it could not start or had to stop.</returns>
    public static int Run(string[] args, Action<WebApplicationBuilder> add, Action<WebApplication> map)
    {
        try
        {
            var builder = WebApplication.CreateBuilder(args);
            builder.AddServiceDefaults();
            add(builder);

            var app = builder.Build();
            app.MapServiceDefaults();
            map(app);
            app.Run();
            return Environment.ExitCode;
        }
        catch (Exception error) when (ErrorsOf(error) is { Count: > 0 } errors)
        {
            foreach (var line in errors) Console.Error.WriteLine($"cannot start: {line}");
            return 1;
        }
    }

    private static IReadOnlyList<string> ErrorsOf(Exception error) => error switch
    {
        StartupException startup => [startup.Message],
        OptionsValidationException options => [.. options.Failures],
        AggregateException all => [.. all.InnerExceptions.SelectMany(ErrorsOf)],
        IOException { InnerException: AddressInUseException } io => [$"{io.Message} Choose another port, or stop the program that has it."],
        _ => [],
    };
}

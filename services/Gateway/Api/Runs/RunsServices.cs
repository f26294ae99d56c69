using Millrace.Contracts.Sessions.V1;
using Millrace.Gateway.Api.Responses;
using Millrace.Gateway.Runs;
using Millrace.ServiceDefaults.Clients;
using Millrace.ServiceDefaults.Configuration;

namespace Millrace.Gateway.Api.Runs;

/// <summary>Registers what answers need that outlive their connection.</summary>
internal static class RunsServices
{
    public static void AddRuns(this IServiceCollection services)
    {
        services.AddValidatedOptions<RunsOptions>("Gateway:Runs");
        string[] safe = ["GetRun", "AppendFrames", "RenewRun", "CancelRun"];
        services.AddServiceClient(
            "sessions",
            invoker => new RunsService.RunsServiceClient(invoker),
            client => client.RetryIdempotent(safe.Select(RunsService.Descriptor.FindMethodByName)));
        services.AddSingleton<RunWorker>();
        services.AddSingleton<RunHost>();
        services.AddHostedService(provider => provider.GetRequiredService<RunHost>());
        services.AddSingleton<RunHttp>();
        services.AddSingleton<KeptRequests>();
        services.AddSingleton<IRunKind, KeptChat>();
        services.AddResponses();
    }
}

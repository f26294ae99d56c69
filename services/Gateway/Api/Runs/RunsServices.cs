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
        services.AddServiceClient(
            "sessions",
            invoker => new RunWorkService.RunWorkServiceClient(invoker),
            client => client.RetryIdempotent([RunWorkService.Descriptor.FindMethodByName("ListOrphans")]));
        services.AddSingleton<RunWorker>();
        services.AddSingleton<RunHost>();
        services.AddHostedService(provider => provider.GetRequiredService<RunHost>());
        services.AddSingleton<OrphanSweep>();
        services.AddHostedService(provider => provider.GetRequiredService<OrphanSweep>());
        services.AddSingleton<RunHttp>();
        services.AddSingleton<KeptRequests>();
        services.AddKept<KeptChat>();
        services.AddResponses();
    }
    /// <summary>Registers a kind of request that may be asked for again.</summary>
    public static void AddKept<TKind>(this IServiceCollection services)
        where TKind : KeptKind
    {
        services.AddSingleton<TKind>();
        services.AddSingleton<IRunKind>(provider => provider.GetRequiredService<TKind>());
    }
}

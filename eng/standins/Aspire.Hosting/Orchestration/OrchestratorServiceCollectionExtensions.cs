using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting.Orchestration;

internal static class OrchestratorServiceCollectionExtensions
{
    public static IServiceCollection AddOrchestrator(this IServiceCollection services) => services
        .AddSingleton(BuildOutput.Current)
        .AddSingleton(provider => OrchestratorOptions.From(provider.GetRequiredService<IConfiguration>(), BuildOutput.Current))
        .AddSingleton<EndpointAllocator>()
        .AddSingleton<LaunchPlanner>()
        .AddSingleton<HealthMonitor>()
        .AddSingleton<ReadyAnnouncer>()
        .AddSingleton<ResourceConsole>()
        .AddSingleton(CreateInstanceServices)
        .AddSingleton<Orchestrator>()
        .AddSingleton(provider => new ResourceCommandService(provider.GetRequiredService<Orchestrator>()))
        .AddSingleton<IHostedService>(provider => provider.GetRequiredService<Orchestrator>());

    private static InstanceServices CreateInstanceServices(IServiceProvider provider) => new(
        provider,
        provider.GetRequiredService<ResourceNotificationService>(),
        provider.GetRequiredService<IDistributedApplicationEventing>(),
        provider.GetRequiredService<TimeProvider>())
    {
        Planner = provider.GetRequiredService<LaunchPlanner>(),
        Health = provider.GetRequiredService<HealthMonitor>(),
        Ready = provider.GetRequiredService<ReadyAnnouncer>(),
        Options = provider.GetRequiredService<OrchestratorOptions>(),
    };
}

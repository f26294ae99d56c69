using Microsoft.Extensions.DependencyInjection.Extensions;
using Millrace.Guardrails.Checks;
using Millrace.Guardrails.Content;
using Millrace.Guardrails.Evidence;
using Millrace.Guardrails.Grounding;
using Millrace.Guardrails.Grpc;
using Millrace.Guardrails.Policies;
using Millrace.Guardrails.Pseudonyms;
using Millrace.Guardrails.Telemetry;
using Millrace.Guardrails.Topics;
using Millrace.ServiceDefaults.Configuration;

namespace Millrace.Guardrails;

/// <summary>The one door to the service.</summary>
public static class GuardrailsServiceExtensions
{
    /// <summary>Adds the guardrails.</summary>
    public static WebApplicationBuilder AddGuardrails(this WebApplicationBuilder builder)
    {
        PolicyFile.AddTo(builder);
        builder.Services.AddPolicies();
        builder.Services.AddChecks();
        return builder;
    }

    /// <summary>Maps the contract, and says in the log which policies there are.</summary>
    public static WebApplication MapGuardrails(this WebApplication app)
    {
        app.MapGrpcService<GuardrailsGrpcService>();
        app.Services.GetRequiredService<PolicyFile>().TellTo(app.Services.GetRequiredService<PolicyCatalog>());
        app.Lifetime.ApplicationStarted.Register(app.LogPolicies);
        return app;
    }

    private static void AddPolicies(this IServiceCollection services)
    {
        services.AddValidatedOptions<GuardrailsOptions>(GuardrailsOptions.Section);
        services.TryAddSingleton<GuardrailsMetrics>();
        services.TryAddSingleton<PolicyCatalog>();
        services.AddHealthChecks().AddCheck<PolicyHealthCheck>("policies");
    }

    private static void AddChecks(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<ServiceKey>();
        services.TryAddSingleton<FindingReporter>();
        services.TryAddSingleton<Guard>();
        services.TryAddSingleton<Moderator>();
        services.TryAddSingleton<GroundingCheck>();
        services.AddTopics();
        services.TryAddSingleton<Judges>();
    }

    private static void LogPolicies(this WebApplication app)
    {
        foreach (var policy in app.Services.GetRequiredService<PolicyCatalog>().Current.Shared)
            GuardrailsLog.PolicyLoaded(app.Logger, policy.Name, policy.Version, policy.Output.HeldCharsMax);
    }
}

using Millrace.Contracts.Sessions.V1;
using Millrace.Gateway.Api;
using Millrace.Gateway.Runtime;
using Millrace.ServiceDefaults.Calls;
using Millrace.ServiceDefaults.Clients;
using Millrace.ServiceDefaults.Configuration;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Explaining;

/// <summary>What is told of requests that have ended: at once from this gateway's memory, and after it is gone from the store.</summary>
public sealed class Explanations(ExplanationStore memory, ExplanationOutbox outbox)
{
    /// <summary>Keeps what is told of a request of the current caller.</summary>
    /// <param name="run">The request.</param>
    /// <param name="failure">Why it ended early; null when it did not.</param>
    public void Keep(ChatRun run, MillraceException? failure)
    {
        var (tenant, request) = (CallContext.Current.Tenant, CallContext.Current.RequestId);
        var json = ExplanationWriter.Write(run, failure);
        memory.Keep(tenant, request, json);
        outbox.Add(tenant, request, json);
    }

    /// <summary>The explanation of a request of the current caller's tenant, as JSON; null when there is none.</summary>
    /// <exception cref="MillraceException">It is not here, and the store cannot be asked.</exception>
    public async ValueTask<ReadOnlyMemory<byte>?> FindAsync(string request, CancellationToken cancellationToken) =>
        memory.TryFind(CallContext.Current.Tenant, request, out var json) ? json : await outbox.FindAsync(request, cancellationToken);
}

/// <summary>Registers what explanations need.</summary>
internal static class ExplanationServices
{
    public static void AddExplanations(this IServiceCollection services)
    {
        services.AddValidatedOptions<ExplanationOptions>("Gateway:Explanations");
        services.AddServiceClient(
            "sessions",
            invoker => new ExplanationsService.ExplanationsServiceClient(invoker),
            client => client.RetryIdempotent(ExplanationsService.Descriptor.Methods));
        services.AddSingleton<ExplanationStore>();
        services.AddSingleton<ExplanationOutbox>();
        services.AddHostedService(provider => provider.GetRequiredService<ExplanationOutbox>());
        services.AddSingleton<Explanations>();
        services.AddSingleton<ExplainEndpoint>();
    }
}

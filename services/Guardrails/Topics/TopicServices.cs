using Microsoft.Extensions.DependencyInjection.Extensions;
using Millrace.Contracts.Embedding.V1;
using Millrace.ServiceDefaults.Clients;

namespace Millrace.Guardrails.Topics;

/// <summary>Registers what topics need.</summary>
internal static class TopicServices
{
    public static void AddTopics(this IServiceCollection services)
    {
        services.AddServiceClient(
            "embedding",
            invoker => new EmbeddingService.EmbeddingServiceClient(invoker),
            client => client.RetryIdempotent(EmbeddingService.Descriptor.Methods));
        services.TryAddSingleton(provider => new TopicEncoder(
            provider.GetRequiredService<EmbeddingService.EmbeddingServiceClient>, provider.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton<TopicVectors>();
        services.TryAddSingleton<ITopicRails, TopicRails>();
    }
}

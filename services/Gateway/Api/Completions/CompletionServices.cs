using Millrace.Gateway.Api.Runs;
using Millrace.Gateway.Completions;

namespace Millrace.Gateway.Api.Completions;

/// <summary>Text completions: their services and their endpoint.</summary>
internal static class CompletionServices
{
    public static void AddCompletions(this IServiceCollection services)
    {
        services.AddSingleton<PromptChecks>();
        services.AddSingleton<PromptRunner>();
        services.AddSingleton<JournaledPrompts>();
        services.AddSingleton<CompletionSteps>();
        services.AddSingleton<CompletionPipeline>();
        services.AddKept<KeptCompletion>();
        services.AddSingleton<CompletionsEndpoint>();
    }

    public static void MapCompletions(this IEndpointRouteBuilder v1) =>
        v1.MapPost("/completions", (HttpContext context, CompletionsEndpoint completions) => completions.HandleAsync(context));
}

using Microsoft.Extensions.Options;
using Millrace.Gateway.Fallbacks;
using Millrace.Gateway.Prompts.Compression;
using Millrace.Gateway.Prompts.Examples;

namespace Millrace.Gateway.Prompts;

/// <summary>Registers what makes prompts, and has them answered by one model or another.</summary>
internal static class PromptServices
{
    public static void AddPrompts(this IServiceCollection services)
    {
        services.AddSingleton(provider => PromptLibrary.Load(provider.GetRequiredService<IOptions<GatewayOptions>>().Value.PromptFolder));
        services.AddSingleton<PromptCounter>();
        services.AddSingleton<TextEmbedder>();
        services.AddSingleton<ExampleSelector>();
        services.AddSingleton<PassageCompressor>();
        services.AddSingleton<PromptBuilder>();
        services.AddSingleton<FallbackChain>();
    }
}

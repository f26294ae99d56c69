using Millrace.Gateway.Api.Runs;

namespace Millrace.Gateway.Anthropic;

/// <summary>Registers and maps Anthropic's Messages API.</summary>
internal static class AnthropicServices
{
    public static void AddAnthropic(this IServiceCollection services)
    {
        services.AddKept<KeptMessage>();
        services.AddSingleton<MessagesEndpoint>();
        services.AddSingleton<CountTokensEndpoint>();
    }

    public static void MapAnthropic(this IEndpointRouteBuilder v1)
    {
        v1.MapPost("/messages", (HttpContext context, MessagesEndpoint messages) => messages.HandleAsync(context));
        v1.MapPost("/messages/count_tokens", (HttpContext context, CountTokensEndpoint counts) => counts.HandleAsync(context));
    }
}

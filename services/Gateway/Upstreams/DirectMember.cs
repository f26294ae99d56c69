using Microsoft.Extensions.Options;
using Millrace.Contracts.Inference.V1;
using Millrace.Gateway.Inference;
using Millrace.Upstreams;

namespace Millrace.Gateway.Upstreams;

/// <summary>
/// The member of the inference pool that the Gateway is itself, where it has upstreams (section <c>Gateway:Upstreams</c>). To the pool it
/// is a member like others; what it is asked stays within the process.
/// </summary>
public sealed class DirectMember
{
    internal DirectMember(PoolMember? member) => Member = member;

    /// <summary>The member; null when no upstream is configured.</summary>
    internal PoolMember? Member { get; }
}

/// <summary>Adds the Gateway's own upstreams.</summary>
internal static class DirectMemberServices
{
    /// <summary>Name of the section.</summary>
    internal const string Section = "Gateway:Upstreams";

    /// <summary>Name of the member, as explanations and metrics tell it.</summary>
    internal const string MemberName = "upstreams";

    /// <summary>Name of activity source and meter: the Gateway's own tell of the same chats, which would be counted twice.</summary>
    internal const string SourceName = "Millrace.Gateway.Upstreams";

    /// <summary>Adds them.</summary>
    public static void AddDirectMember(this IServiceCollection services)
    {
        services.AddUpstreams(Section, provider => new UpstreamHost
        {
            SourceName = SourceName,
            GenerationTimeMax = provider.GetRequiredService<IOptions<GatewayOptions>>().Value.RequestTimeout,
        });
        services.AddSingleton<UpstreamInvoker>();
        services.AddSingleton(provider => new DirectMember(Member(provider)));
    }

    private static PoolMember? Member(IServiceProvider provider)
    {
        var registry = provider.GetRequiredService<UpstreamRegistry>();
        if (registry.Upstreams.Count == 0) return null;
        var client = new InferenceService.InferenceServiceClient(provider.GetRequiredService<UpstreamInvoker>());
        var options = provider.GetRequiredService<IOptions<PoolOptions>>().Value;
        return new PoolMember(MemberName, client, provider.GetRequiredService<TimeProvider>(), options)
        {
            IsOwn = true,
            Models = registry.Models.Select(model => model.Name),
        };
    }
}

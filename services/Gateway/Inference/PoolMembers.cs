using Microsoft.Extensions.Options;
using Millrace.Contracts.Inference.V1;
using Millrace.Gateway.Upstreams;
using Millrace.ServiceDefaults.Clients;
using Millrace.ServiceDefaults.Discovery;

namespace Millrace.Gateway.Inference;

/// <summary>
/// The members of the inference pool: <c>inference-1</c>, <c>inference-2</c> and so on, or the only one, <c>inference</c>; and the Gateway
/// itself where it has upstreams. One that has upstreams may do without any other.
/// </summary>
public sealed class PoolMembers
{
    private const string MemberPrefix = "inference-";
    private const string SingleMember = "inference";

    private readonly IReadOnlyList<PoolMember> _others;

    /// <summary>Finds the members in the configuration.</summary>
    public PoolMembers(
        ServiceEndpoints endpoints, ServiceChannels channels, DirectMember direct, IOptions<PoolOptions> options, TimeProvider time)
    {
        var names = endpoints.Names(MemberPrefix);
        var isAlone = direct.Member is not null && endpoints.Find(SingleMember, ServiceClientExtensions.GrpcEndpoint) is null;
        if (names.Count == 0 && !isAlone) names = [SingleMember];
        _others = [.. names.Select(name => new PoolMember(name, Client(name, endpoints, channels), time, options.Value))];
        All = direct.Member is { } own ? [own, .. _others] : _others;
    }

    /// <summary>
    /// Whether none can be reached. The Gateway itself can always: it counts when there is no other, and else would hide that all are away.
    /// </summary>
    internal bool IsDown => !(_others.Count > 0 ? _others : All).Any(member => member.IsWell);

    internal IReadOnlyList<PoolMember> All { get; }

    private static InferenceService.InferenceServiceClient Client(string name, ServiceEndpoints endpoints, ServiceChannels channels)
    {
        var address = endpoints.Require(name, ServiceClientExtensions.GrpcEndpoint);
        return new InferenceService.InferenceServiceClient(channels.Invoker(name, address, new ServiceClientOptions()));
    }
}

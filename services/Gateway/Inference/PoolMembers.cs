using Microsoft.Extensions.Options;
using Millrace.Contracts.Inference.V1;
using Millrace.ServiceDefaults.Clients;
using Millrace.ServiceDefaults.Discovery;

namespace Millrace.Gateway.Inference;

/// <summary>
/// The members of the inference pool: <c>inference-1</c>, <c>inference-2</c> and so on, or the only one, <c>inference</c>.
/// </summary>
public sealed class PoolMembers
{
    private const string MemberPrefix = "inference-";
    private const string SingleMember = "inference";

    /// <summary>Finds the members in the configuration.</summary>
    public PoolMembers(ServiceEndpoints endpoints, ServiceChannels channels, IOptions<PoolOptions> options, TimeProvider time)
    {
        var names = endpoints.Names(MemberPrefix);
        if (names.Count == 0) names = [SingleMember];
        All = [.. names.Select(name => new PoolMember(name, Client(name, endpoints, channels), time, options.Value))];
    }

    internal IReadOnlyList<PoolMember> All { get; }

    private static InferenceService.InferenceServiceClient Client(string name, ServiceEndpoints endpoints, ServiceChannels channels)
    {
        var address = endpoints.Require(name, ServiceClientExtensions.GrpcEndpoint);
        return new InferenceService.InferenceServiceClient(channels.Invoker(name, address, new ServiceClientOptions()));
    }
}

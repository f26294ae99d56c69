using Grpc.Core;

namespace Millrace.ServiceDefaults.Calls;

/// <summary>
/// Who asks, and which request this is: what every hop of one request carries along. It is ambient, so that the code between an
/// incoming and an outgoing call need not hand it on.
/// </summary>
/// <param name="Tenant">The tenant whose data may be seen.</param>
/// <param name="RequestId">The id of the request that the user knows.</param>
/// <param name="Deadline">When the caller stops waiting, in UTC; null for never.</param>
public sealed record CallContext(string Tenant, string RequestId, DateTime? Deadline = null)
{
    /// <summary>Metadata key of the tenant.</summary>
    public const string TenantHeader = "x-millrace-tenant";

    /// <summary>Metadata key of the request's id.</summary>
    public const string RequestIdHeader = "x-request-id";

    /// <summary>Metadata key of the access labels that bound what the caller sees, as <see cref="HeldLabels"/> writes them.</summary>
    public const string LabelsHeader = "x-millrace-labels";

    /// <summary>The tenant of a single-tenant installation.</summary>
    public const string DefaultTenant = "default";

    private static readonly AsyncLocal<CallContext?> Ambient = new();

    /// <summary>
    /// The access labels that the caller holds: it sees no document with other labels only, whatever its request names. Null when nothing
    /// bounds it: the caller is a part of the platform, or the installation asks for no keys.
    /// </summary>
    public IReadOnlyList<string>? Labels { get; init; }

    /// <summary>Whether nobody waits for the answer, so that others go first. It stays within the process.</summary>
    public bool IsBatch { get; init; }

    /// <summary>The context of the running request; outside of any request that of background work.</summary>
    public static CallContext Current
    {
        get => Ambient.Value ?? Background;
        set => Ambient.Value = value;
    }

    /// <summary>The context of work that no request asked for.</summary>
    public static CallContext Background { get; } = new(DefaultTenant, "background");

    /// <summary>Reads the context that a caller sent.</summary>
    public static CallContext FromMetadata(Metadata headers, DateTime deadline) => new(
        NonEmpty(headers.GetValue(TenantHeader)) ?? DefaultTenant,
        NonEmpty(headers.GetValue(RequestIdHeader)) ?? NewRequestId(),
        deadline == DateTime.MaxValue ? null : deadline)
    {
        Labels = HeldLabels.Read(headers.GetValue(LabelsHeader)),
    };

    /// <summary>A new request id, such as <c>req_018f…</c>; ids sort by time.</summary>
    public static string NewRequestId() => $"req_{Guid.CreateVersion7():n}";

    private static string? NonEmpty(string? value) => string.IsNullOrEmpty(value) ? null : value;
}

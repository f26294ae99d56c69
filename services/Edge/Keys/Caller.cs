using Millrace.ApiKeys;

namespace Millrace.Edge.Keys;

/// <summary>Who a request comes from, for the steps behind the gate.</summary>
/// <param name="Key">The key that it was sent with.</param>
internal sealed record Caller(ApiKey Key)
{
    /// <summary>The caller of a request; null where no key is asked for.</summary>
    public static Caller? Of(HttpContext context) => context.Features.Get<Caller>();
}

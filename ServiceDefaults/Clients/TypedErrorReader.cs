using Grpc.Core;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.ServiceDefaults.Clients;

/// <summary>A response stream whose failures are <see cref="MillraceException"/>.</summary>
internal sealed class TypedErrorReader<T>(IAsyncStreamReader<T> inner, string service) : IAsyncStreamReader<T>
{
    public T Current => inner.Current;

    public async Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        try
        {
            return await inner.MoveNext(cancellationToken);
        }
        catch (RpcException error)
        {
            throw error.ToMillraceException(service);
        }
    }
}

using Grpc.Core;

namespace Millrace.ServiceDefaults.Tests.Wire;

/// <summary>One order by each of gRPC's four call kinds.</summary>
internal static class CallKinds
{
    public static TheoryData<string> All => ["unary", "server stream", "client stream", "duplex"];

    /// <summary>Makes the call and reads its answer to the end.</summary>
    public static async Task CallAsync(
        this Relay.RelayClient client, string kind, Order order, CancellationToken cancellationToken = default)
    {
        switch (kind)
        {
            case "unary":
                await client.UnaryAsync(order, cancellationToken: cancellationToken);
                break;
            case "server stream":
                using (var call = client.ServerStream(order, cancellationToken: cancellationToken)) await DrainAsync(call.ResponseStream);
                break;
            case "client stream":
                using (var call = client.ClientStream(cancellationToken: cancellationToken))
                {
                    await SendAsync(call.RequestStream, order);
                    await call.ResponseAsync;
                }

                break;
            default:
                using (var call = client.Duplex(cancellationToken: cancellationToken))
                {
                    await SendAsync(call.RequestStream, order);
                    await DrainAsync(call.ResponseStream);
                }

                break;
        }
    }

    private static async Task SendAsync(IClientStreamWriter<Order> stream, Order order)
    {
        await stream.WriteAsync(order);
        await stream.CompleteAsync();
    }

    private static async Task DrainAsync(IAsyncStreamReader<Sighting> stream)
    {
        while (await stream.MoveNext(CancellationToken.None))
        {
        }
    }
}

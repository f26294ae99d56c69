using System.Globalization;
using Grpc.Core;
using Millrace.Standins.Tests.Grpc.Wire;

namespace Millrace.Standins.Tests.Grpc;

/// <summary>The tests' service. It tells them what it saw of a cancelled call.</summary>
public sealed class EchoService(EchoProbe probe) : Echo.EchoBase
{
    public override async Task<Words> Say(Words request, ServerCallContext context)
    {
        using var watch = probe.Watch(context.CancellationToken);
        switch (request.Text)
        {
            case "fail":
                throw new RpcException(
                    new Status(StatusCode.FailedPrecondition, "not today"),
                    new Metadata { { "reason", "closed" }, { "detail-bin", new byte[] { 1, 2, 255 } } });
            case "wait":
                await EchoProbe.UntilCancelled(context.CancellationToken);
                break;
            case "headers":
                await context.WriteResponseHeadersAsync(new Metadata { { "x-early", Header(context, "x-ask") } });
                context.ResponseTrailers.Add("x-late-bin", context.RequestHeaders.GetValueBytes("x-ask-bin") ?? []);
                break;
        }
        return new Words { Text = request.Text };
    }

    public override async Task Repeat(Words request, IServerStreamWriter<Words> responseStream, ServerCallContext context)
    {
        using var watch = probe.Watch(context.CancellationToken);
        for (var i = 1; request.Times == 0 || i <= request.Times; i++)
        {
            await responseStream.WriteAsync(new Words { Text = request.Text + i.ToString(CultureInfo.InvariantCulture) });
            if (request.Times == 0) await EchoProbe.UntilCancelled(context.CancellationToken);
        }
    }

    public override async Task<Words> Join(IAsyncStreamReader<Words> requestStream, ServerCallContext context)
    {
        var all = new List<string>();
        while (await requestStream.MoveNext()) all.Add(requestStream.Current.Text);
        return new Words { Text = string.Join(' ', all) };
    }

    public override async Task Talk(
        IAsyncStreamReader<Words> requestStream, IServerStreamWriter<Words> responseStream, ServerCallContext context)
    {
        await foreach (var words in requestStream.ReadAllAsync(context.CancellationToken)) await responseStream.WriteAsync(words);
    }

    private static string Header(ServerCallContext context, string key) => context.RequestHeaders.GetValue(key) ?? "";
}

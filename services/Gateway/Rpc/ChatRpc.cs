using Grpc.Core;
using Millrace.Contracts.Gateway.V1;
using Millrace.Gateway.Runtime;

namespace Millrace.Gateway.Rpc;

/// <summary>The gRPC door of the pipeline.</summary>
internal sealed class ChatRpc(ChatPipeline pipeline) : Chat.ChatBase
{
    public override Task Complete(
        CompleteRequest request, IServerStreamWriter<CompleteResponse> responseStream, ServerCallContext context) =>
        pipeline.RunAsync(CompleteRequestReader.Read(request), new Sink(responseStream), context.CancellationToken);

    private sealed class Sink(IServerStreamWriter<CompleteResponse> stream) : IChatSink
    {
        public async ValueTask WriteAsync(ChatEvent next, CancellationToken cancellationToken) =>
            await stream.WriteAsync(CompleteResponseWriter.Write(next), cancellationToken);
    }
}

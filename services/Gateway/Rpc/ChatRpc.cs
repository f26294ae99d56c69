using Grpc.Core;
using Millrace.Contracts.Gateway.V1;
using Millrace.Gateway.Retrieval;
using Millrace.Gateway.Runtime;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Rpc;

/// <summary>The gRPC door of the pipeline.</summary>
internal sealed class ChatRpc(ChatPipeline pipeline) : Chat.ChatBase
{
    public override async Task Complete(
        CompleteRequest request, IServerStreamWriter<CompleteResponse> responseStream, ServerCallContext context)
    {
        try
        {
            await pipeline.RunAsync(CompleteRequestReader.Read(request), new Sink(responseStream), context.CancellationToken);
        }
        catch (MillraceException refusal) when (refusal.Param is not null)
        {
            throw refusal.InWordsOfTheContract();
        }
    }

    private sealed class Sink(IServerStreamWriter<CompleteResponse> stream) : IChatSink
    {
        public async ValueTask WriteAsync(ChatEvent next, CancellationToken cancellationToken) =>
            await stream.WriteAsync(CompleteResponseWriter.Write(next), cancellationToken);
    }
}

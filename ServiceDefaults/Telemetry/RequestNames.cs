using System.Diagnostics;
using OpenTelemetry;

namespace Millrace.ServiceDefaults.Telemetry;

/// <summary>
/// Names the spans of requests after what was asked for: <c>POST /v1/chat/completions</c>,
/// <c>millrace.retrieval.v1.RetrievalService/Search</c>.
/// The framework names all of them after its own event. Only routes and methods are used, so that the names are few.
/// </summary>
internal sealed class RequestNames : BaseProcessor<Activity>
{
    private const string ServerRequest = "Microsoft.AspNetCore.Hosting.HttpRequestIn";
    private const string GrpcCall = "Grpc.Net.Client.GrpcOut";

    public override void OnEnd(Activity data)
    {
        if (data.OperationName is not (ServerRequest or GrpcCall)) return;
        if (data.GetTagItem("grpc.method") is string grpc) data.DisplayName = grpc.TrimStart('/');
        else if (data.GetTagItem("http.request.method") is string method)
            data.DisplayName = $"{method} {data.GetTagItem("http.route")}".TrimEnd();
    }
}

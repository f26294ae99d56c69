namespace Millrace.Standins.Tests.Grpc;

/// <summary>A transport that notes how requests and responses say they are compressed.</summary>
internal sealed class EncodingProbe() : DelegatingHandler(new SocketsHttpHandler())
{
    public List<string> Seen { get; } = [];

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Seen.AddRange(request.Headers.GetValues("grpc-encoding").Select(encoding => $"request {encoding}"));
        var response = await base.SendAsync(request, cancellationToken);
        Seen.AddRange(response.Headers.GetValues("grpc-encoding").Select(encoding => $"response {encoding}"));
        return response;
    }
}

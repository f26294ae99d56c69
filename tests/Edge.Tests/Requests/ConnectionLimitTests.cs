using System.Net.Sockets;
using System.Text;
using Millrace.TestShared;

namespace Millrace.Edge.Tests.Requests;

/// <summary>Clients that no HTTP library would be, over plain sockets.</summary>
public sealed class ConnectionLimitTests
{
    [Fact]
    public async Task Headers_TenThousand_Are431()
    {
        await using var fixture = await EdgeFixture.StartAsync();
        var headers = string.Concat(Enumerable.Range(0, 10_000).Select(i => $"x-{i}: 1\r\n"));

        var answer = await SendAsync(fixture.Edge, $"GET /v1/models HTTP/1.1\r\nhost: a\r\n{headers}\r\n");

        Assert.StartsWith("HTTP/1.1 431", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Headers_ThatDoNotEnd_AreGivenUp()
    {
        await using var fixture = await EdgeFixture.StartAsync(("Edge:HeadersTimeout", "00:00:01"));

        var answer = await SendAsync(fixture.Edge, "GET /v1/models HTTP/1.1\r\nhost: a\r\nx-slow:");

        Assert.StartsWith("HTTP/1.1 408", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Body_ThatStalls_Is408InTheApisWords()
    {
        await using var fixture = await EdgeFixture.StartAsync(("Edge:BodyGrace", "00:00:01.100"), ("Edge:BodyBytesPerSecondMin", "1000"));
        fixture.Gateway.Handler = context => context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);

        var answer = await SendAsync(
            fixture.Edge, "POST /v1/chat/completions HTTP/1.1\r\nhost: a\r\ncontent-length: 100000\r\n\r\n{\"model\":");

        Assert.StartsWith("HTTP/1.1 408", answer, StringComparison.Ordinal);
        Assert.Contains("request_timeout", answer, StringComparison.Ordinal);
        Assert.Empty(fixture.Edge.Errors);
    }

    // Reads until the edge closes the connection.
    private static async Task<string> SendAsync(ServiceUnderTest edge, string text)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(edge.HttpAddress.Host, edge.HttpAddress.Port).DefaultTimeout();
        var stream = client.GetStream();
        var answer = new StringBuilder();
        try
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(text)).AsTask().DefaultTimeout();
            var buffer = new byte[4096];
            while (await stream.ReadAsync(buffer).AsTask().DefaultTimeout() is > 0 and var count)
                answer.Append(Encoding.ASCII.GetString(buffer, 0, count));
        }
        catch (IOException)
        {
            // A server that closes while more is sent resets the connection; what it said before is what counts.
        }

        return answer.ToString();
    }
}

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

    [Fact]
    public async Task Header_OfAMebibyte_Is431_AndTheEdgeServesOn()
    {
        await using var fixture = await EdgeFixture.StartAsync();

        var answer = await SendAsync(fixture.Edge, $"GET /v1/models HTTP/1.1\r\nhost: a\r\nx-long: {new string('a', 1 << 20)}\r\n\r\n");
        using var next = await fixture.Http.GetAsync("/v1/models").DefaultTimeout();

        Assert.StartsWith("HTTP/1.1 431", answer, StringComparison.Ordinal);
        Assert.True(next.IsSuccessStatusCode);
    }

    [Fact]
    public async Task Connections_AboveTheLimit_AreClosed_AndOneThatEndsMakesRoom()
    {
        await using var fixture = await EdgeFixture.StartAsync(("Edge:ConnectionsMax", "3"));
        var open = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => ConnectAsync(fixture.Edge)));
        foreach (var client in open) await AskAsync(client);

        using (var refused = await ConnectAsync(fixture.Edge)) Assert.Equal("", await RestAsync(refused));
        foreach (var client in open) client.Dispose();

        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!await IsServedAsync(fixture.Edge)) await timer.WaitForNextTickAsync().AsTask().DefaultTimeout();
    }

    /// <summary>How: the gateway sends for as long as the edge takes it; the client takes nothing.</summary>
    [Fact]
    public async Task Answer_ThatNobodyReads_IsEndedAfterABoundedNumberOfBytes()
    {
        await using var fixture = await EdgeFixture.StartAsync(
            ("Edge:AnswerGrace", "00:00:01.100"), ("Edge:AnswerBytesPerSecondMin", "1000000"));
        var (sent, gone) = (0L, new TaskCompletionSource());
        fixture.Gateway.Handler = async context =>
        {
            var chunk = new byte[8192];
            try
            {
                while (true)
                {
                    await context.Response.Body.WriteAsync(chunk, context.RequestAborted);
                    Interlocked.Add(ref sent, chunk.Length);
                }
            }
            catch (Exception)
            {
                gone.TrySetResult();
            }
        };
        using var client = new TcpClient { ReceiveBufferSize = 4096 };
        await client.ConnectAsync(fixture.Edge.HttpAddress.Host, fixture.Edge.HttpAddress.Port).DefaultTimeout();
        await client.GetStream().WriteAsync("GET /v1/models HTTP/1.1\r\nhost: a\r\n\r\n"u8.ToArray()).AsTask().DefaultTimeout();

        await gone.Task.DefaultTimeout();

        // What the system buffers for two connections, and little more.
        Assert.InRange(Interlocked.Read(ref sent), 1, 256 << 20);
        Assert.Empty(fixture.Edge.Errors);
    }

    private static async Task<TcpClient> ConnectAsync(ServiceUnderTest edge)
    {
        var client = new TcpClient();
        await client.ConnectAsync(edge.HttpAddress.Host, edge.HttpAddress.Port).DefaultTimeout();
        return client;
    }

    // A request whose connection stays.
    private static async Task<int> AskAsync(TcpClient client)
    {
        await client.GetStream().WriteAsync("GET /alive HTTP/1.1\r\nhost: a\r\n\r\n"u8.ToArray()).AsTask().DefaultTimeout();
        return await client.GetStream().ReadAsync(new byte[4096]).AsTask().DefaultTimeout();
    }

    private static async Task<bool> IsServedAsync(ServiceUnderTest edge)
    {
        try
        {
            using var client = await ConnectAsync(edge);
            return await AskAsync(client) > 0;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static async Task<string> SendAsync(ServiceUnderTest edge, string text)
    {
        using var client = await ConnectAsync(edge);
        try
        {
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(text)).AsTask().DefaultTimeout();
        }
        catch (IOException)
        {
            // A server that closes while more is sent resets the connection; what it said before is what counts.
        }

        return await RestAsync(client);
    }

    // Reads until the edge closes the connection.
    private static async Task<string> RestAsync(TcpClient client)
    {
        var answer = new StringBuilder();
        try
        {
            var buffer = new byte[4096];
            while (await client.GetStream().ReadAsync(buffer).AsTask().DefaultTimeout() is > 0 and var count)
                answer.Append(Encoding.ASCII.GetString(buffer, 0, count));
        }
        catch (IOException)
        {
            // As above.
        }

        return answer.ToString();
    }
}

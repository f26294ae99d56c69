using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.DependencyInjection;
using Millrace.ApiKeys;
using Millrace.Edge.Tls;
using Millrace.ServiceDefaults.Hosting;
using Millrace.TestShared;

namespace Millrace.Edge.Tests.Tls;

public sealed class TlsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task Https_ServesTheApi_WithTheCertificateOfTheFiles_AndTheRenewedOne()
    {
        WriteCertificate("first");
        var port = UnusedPort();
        await using var edge = await KeyedEdge.StartAsync(settings: Settings(port));
        var key = edge.AddKnown(new KeyDraft { Name = "app" });

        var (first, response) = await GetAsync(port, key);
        WriteCertificate("second");
        File.SetLastWriteTimeUtc(_folder.File("cert.pem"), DateTime.UnixEpoch);
        edge.Edge.Services.GetRequiredService<CertificateFiles>().Refresh();
        var (second, _) = await GetAsync(port, key);
        await File.WriteAllTextAsync(_folder.File("key.pem"), "no key");
        edge.Edge.Services.GetRequiredService<CertificateFiles>().Refresh();
        var (third, _) = await GetAsync(port, key);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(HttpVersion.Version20, response.Version);
        Assert.StartsWith("max-age=", Assert.Single(response.Headers.GetValues("strict-transport-security")), StringComparison.Ordinal);
        Assert.Equal(("CN=first", "CN=second", "CN=second"), (first, second, third));
    }

    [Fact]
    public async Task Refresh_AFolderThatLeadsElsewhere_TakesTheCertificateThere()
    {
        WriteCertificate("first");
        await using var edge = await KeyedEdge.StartAsync(settings: Settings(UnusedPort(), folder: Mount()));
        var files = edge.Edge.Services.GetRequiredService<CertificateFiles>();

        WriteCertificate("second");
        MoveTo("newer");
        File.SetLastWriteTimeUtc(_folder.File("newer/cert.pem"), DateTime.UnixEpoch);
        Remount("newer");
        files.Refresh();

        Assert.Equal("CN=second", files.Current.TargetCertificate.Subject);
    }

    [Fact]
    public async Task Refresh_AFolderThatCannotBeRead_LeavesTheCertificateAndGoesOn()
    {
        WriteCertificate("first");
        await using var edge = await KeyedEdge.StartAsync(settings: Settings(UnusedPort(), folder: Mount()));
        var files = edge.Edge.Services.GetRequiredService<CertificateFiles>();

        Remount("current");
        files.Refresh();

        Assert.Equal("CN=first", files.Current.TargetCertificate.Subject);
        Assert.Contains("the one before stays", edge.Logs.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plain_HasNoStrictTransport()
    {
        await using var edge = await KeyedEdge.StartAsync();
        using var response = await edge.SendAsync(edge.AddKnown(new KeyDraft { Name = "app" }));

        Assert.False(response.Headers.Contains("strict-transport-security"));
    }

    [Fact]
    public async Task Start_WithoutTheFiles_IsRefusedAndNamesThem()
    {
        var error = await Assert.ThrowsAsync<StartupException>(() => KeyedEdge.StartAsync(settings: Settings(0)));

        Assert.Contains("Edge:Tls:CertificatePath", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_OpenToOthersOverTlsWithoutKeys_IsRefused()
    {
        WriteCertificate("first");
        await using var gateway = await FakeGateway.StartAsync();

        var error = await Assert.ThrowsAsync<StartupException>(
            () => EdgeFixture.StartEdgeAsync(gateway.Address, Settings(0, "0.0.0.0")));

        Assert.Contains("0.0.0.0", error.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private static int UnusedPort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static async Task<(string Subject, HttpResponseMessage Response)> GetAsync(int port, string key)
    {
        var subject = "";
        using var handler = new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions
            {
                RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                {
                    subject = certificate?.Subject ?? "";
                    return subject is "CN=first" or "CN=second";
                },
            },
        };
        using var http = new HttpClient(handler);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"https://127.0.0.1:{port}/v1/models");
        request.Version = HttpVersion.Version20;
        request.Headers.TryAddWithoutValidation("x-api-key", key);
        var response = await http.SendAsync(request).DefaultTimeout();
        return (subject, response);
    }

    private (string Key, string Value)[] Settings(int port, string address = "127.0.0.1", string folder = "") =>
    [
        ("Edge:Tls:CertificatePath", _folder.File(folder + "cert.pem")), ("Edge:Tls:KeyPath", _folder.File(folder + "key.pem")),
        ("Edge:Tls:Port", $"{port}"), ("Edge:Tls:Address", address),
    ];

    // As secrets are mounted: links to files behind the link of a folder, which alone is changed when they are renewed.
    private string Mount()
    {
        MoveTo("first");
        Remount("first");
        Directory.CreateDirectory(_folder.File("mount"));
        foreach (var file in (string[])["cert.pem", "key.pem"])
            File.CreateSymbolicLink(_folder.File("mount/" + file), "../current/" + file);
        return "mount/";
    }

    private void MoveTo(string folder)
    {
        Directory.CreateDirectory(_folder.File(folder));
        foreach (var file in (string[])["cert.pem", "key.pem"]) File.Move(_folder.File(file), _folder.File($"{folder}/{file}"));
    }

    private void Remount(string folder)
    {
        File.Delete(_folder.File("current"));
        Directory.CreateSymbolicLink(_folder.File("current"), folder);
    }

    private void WriteCertificate(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        File.WriteAllText(_folder.File("cert.pem"), certificate.ExportCertificatePem());
        File.WriteAllText(_folder.File("key.pem"), key.ExportPkcs8PrivateKeyPem());
    }
}

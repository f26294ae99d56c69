using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Options;
using Millrace.ServiceDefaults.Hosting;

namespace Millrace.Edge.Tls;

/// <summary>
/// The certificate of the HTTPS port, read again when its files change. One that cannot be used leaves the one before in force.
/// </summary>
internal sealed class CertificateFiles(IOptions<TlsOptions> options, TimeProvider time, ILogger<CertificateFiles> logger)
    : BackgroundService
{
    private readonly Lock _lock = new();
    private volatile SslStreamCertificateContext? _current;
    private string? _stamp;

    /// <summary>The certificate and those that it is signed by.</summary>
    /// <exception cref="StartupException">It cannot be used, and there is none before it.</exception>
    public SslStreamCertificateContext Current
    {
        get
        {
            if (_current is { } loaded) return loaded;
            lock (_lock) return _current ?? First();
        }
    }

    /// <summary>Reads the files again if they have changed.</summary>
    public void Refresh()
    {
        var stamp = StampOrProblem(out var problem);
        if (stamp == _stamp) return;
        _stamp = stamp;
        try
        {
            if (problem is null) _current = Load();
            else EdgeLog.CertificateNotLoaded(logger, problem);
        }
        catch (Exception error) when (IsOfTheFiles(error))
        {
            EdgeLog.CertificateNotLoaded(logger, error.Message);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!options.Value.IsOn) return;
        using var timer = new PeriodicTimer(options.Value.PollInterval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken)) Refresh();
        }
        catch (OperationCanceledException)
        {
            // The edge stops.
        }
    }

    private static bool IsOfTheFiles(Exception error) => error is IOException or UnauthorizedAccessException or CryptographicException;

    // Of a link it is the file behind it that is renewed: what mounts secrets changes only where a folder's link leads to.
    private static string StampOf(string? path) =>
        path is null ? "" : $"{(File.ResolveLinkTarget(path, returnFinalTarget: true) ?? new FileInfo(path)).LastWriteTimeUtc.Ticks}";

    private string Stamp() => $"{StampOf(options.Value.CertificatePath)}-{StampOf(options.Value.KeyPath)}";

    // A folder that may not be entered any more is told once, as a changed file is.
    private string StampOrProblem(out string? problem)
    {
        try
        {
            problem = null;
            return Stamp();
        }
        catch (Exception error) when (IsOfTheFiles(error))
        {
            return problem = error.Message;
        }
    }

    private SslStreamCertificateContext First()
    {
        try
        {
            _stamp = Stamp();
            return _current = Load();
        }
        catch (Exception error) when (IsOfTheFiles(error))
        {
            throw new StartupException(
                $"The certificate in '{options.Value.CertificatePath}' cannot be used ({error.Message}). "
                    + "Set Edge:Tls:CertificatePath and Edge:Tls:KeyPath to PEM files that belong together and that this user can read.",
                error);
        }
    }

    private SslStreamCertificateContext Load()
    {
        var certificate = X509Certificate2.CreateFromPemFile(options.Value.CertificatePath ?? "", options.Value.KeyPath);
        var chain = new X509Certificate2Collection();
        chain.ImportFromPemFile(options.Value.CertificatePath ?? "");
        EdgeLog.CertificateLoaded(logger, certificate.NotAfter.ToUniversalTime());
        return SslStreamCertificateContext.Create(certificate, chain, offline: true);
    }
}

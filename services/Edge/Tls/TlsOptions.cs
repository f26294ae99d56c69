using System.ComponentModel.DataAnnotations;
using System.Net;
using Millrace.ServiceDefaults.Configuration;

namespace Millrace.Edge.Tls;

/// <summary>
/// Settings of TLS, section <c>Edge:Tls</c>. With a certificate the edge takes HTTPS on a port of its own, and plain HTTP from this machine
/// only.
/// </summary>
public sealed class TlsOptions : ISelfValidating
{
    /// <summary>Name of the section.</summary>
    public const string Section = "Edge:Tls";

    /// <summary>PEM file with the certificate and those that it is signed by; none for no TLS.</summary>
    public string? CertificatePath { get; set; }

    /// <summary>PEM file with the certificate's key.</summary>
    public string? KeyPath { get; set; }

    /// <summary>Port for HTTPS; 0 for any.</summary>
    /// <value>Default 8443.</value>
    [Range(0, 65535)]
    public int Port { get; set; } = 8443;

    /// <summary>Address to take HTTPS on.</summary>
    /// <value>Default all.</value>
    public string Address { get; set; } = "0.0.0.0";

    /// <summary>How often the files are looked at: a renewed certificate counts after this time, for new connections.</summary>
    /// <value>Default 10 seconds.</value>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Whether there is TLS.</summary>
    public bool IsOn => !string.IsNullOrEmpty(CertificatePath);

    /// <inheritdoc/>
    public IEnumerable<string> Validate()
    {
        if (IsOn == string.IsNullOrEmpty(KeyPath)) yield return "CertificatePath and KeyPath go together: set both, or neither.";
        if (!IPAddress.TryParse(Address, out _)) yield return $"Address is '{Address}'. Set it to an IP address, such as 0.0.0.0.";
        if (PollInterval < TimeSpan.FromMilliseconds(10)) yield return $"PollInterval is {PollInterval}. Set it to 00:00:00.010 or more.";
    }
}

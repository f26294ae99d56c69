namespace Grpc.Core;

/// <summary>Decides whether a peer's certificate is accepted.</summary>
public delegate bool VerifyPeerCallback(VerifyPeerContext context);

/// <summary>A peer that is to be accepted or not.</summary>
public class VerifyPeerContext
{
    /// <summary>Names the peer and shows its certificate.</summary>
    public VerifyPeerContext(string targetName, string peerPem)
    {
        TargetName = targetName;
        PeerPem = peerPem;
    }

    /// <summary>The host that the client addressed.</summary>
    public string TargetName { get; }

    /// <summary>The peer's certificate in PEM.</summary>
    public string PeerPem { get; }
}

/// <summary>A certificate and its key.</summary>
public sealed class KeyCertificatePair
{
    /// <summary>Makes a pair of PEM texts.</summary>
    public KeyCertificatePair(string certificateChain, string privateKey)
    {
        ArgumentNullException.ThrowIfNull(certificateChain);
        ArgumentNullException.ThrowIfNull(privateKey);
        CertificateChain = certificateChain;
        PrivateKey = privateKey;
    }

    /// <summary>The certificate chain in PEM.</summary>
    public string CertificateChain { get; }

    /// <summary>The private key in PEM.</summary>
    public string PrivateKey { get; }
}

/// <summary>TLS on a channel.</summary>
public sealed class SslCredentials : ChannelCredentials
{
    private readonly VerifyPeerCallback? _verifyPeerCallback;

    /// <summary>TLS with the platform's trusted roots.</summary>
    public SslCredentials()
        : this(null, null, null)
    {
    }

    /// <summary>TLS with trusted roots in PEM.</summary>
    public SslCredentials(string rootCertificates)
        : this(rootCertificates, null, null)
    {
    }

    /// <summary>TLS with trusted roots and a client certificate.</summary>
    public SslCredentials(string rootCertificates, KeyCertificatePair keyCertificatePair)
        : this(rootCertificates, keyCertificatePair, null)
    {
    }

    /// <summary>TLS with trusted roots, a client certificate and a check of the peer.</summary>
    public SslCredentials(string? rootCertificates, KeyCertificatePair? keyCertificatePair, VerifyPeerCallback? verifyPeerCallback)
    {
        RootCertificates = rootCertificates;
        KeyCertificatePair = keyCertificatePair;
        _verifyPeerCallback = verifyPeerCallback;
    }

    /// <summary>Trusted roots in PEM; null for the platform's.</summary>
    public string? RootCertificates { get; }

    /// <summary>The client certificate; null for none.</summary>
    public KeyCertificatePair? KeyCertificatePair { get; }

    internal override bool IsComposable => true;

    /// <inheritdoc/>
    public override void InternalPopulateConfiguration(ChannelCredentialsConfiguratorBase configurator, object state) =>
        configurator.SetSslCredentials(state, RootCertificates, KeyCertificatePair, _verifyPeerCallback);
}

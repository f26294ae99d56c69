using System.Text;

namespace Grpc.Core;

/// <summary>What the transport knows of a peer's identity.</summary>
public class AuthContext
{
    private readonly Dictionary<string, List<AuthProperty>> _properties;

    /// <summary>Makes a context of named properties, one of which may be the identity.</summary>
    public AuthContext(string? peerIdentityPropertyName, Dictionary<string, List<AuthProperty>> properties)
    {
        ArgumentNullException.ThrowIfNull(properties);
        PeerIdentityPropertyName = peerIdentityPropertyName;
        _properties = properties;
    }

    /// <summary>Whether the peer proved an identity.</summary>
    public bool IsPeerAuthenticated => PeerIdentityPropertyName is not null;

    /// <summary>The name of the property that is the identity; null if the peer proved none.</summary>
    public string? PeerIdentityPropertyName { get; }

    /// <summary>The properties that are the identity.</summary>
    public IEnumerable<AuthProperty> PeerIdentity =>
        PeerIdentityPropertyName is null ? [] : _properties[PeerIdentityPropertyName];

    /// <summary>Every property.</summary>
    public IEnumerable<AuthProperty> Properties => _properties.Values.SelectMany(values => values);

    /// <summary>The properties with this name.</summary>
    public IEnumerable<AuthProperty> FindPropertiesByName(string propertyName) => _properties.GetValueOrDefault(propertyName) ?? [];
}

/// <summary>One property of an <see cref="AuthContext"/>.</summary>
public class AuthProperty
{
    private readonly byte[] _value;

    private AuthProperty(string name, byte[] value)
    {
        Name = name;
        _value = value;
    }

    /// <summary>The name.</summary>
    public string Name { get; }

    /// <summary>The value as text.</summary>
    public string Value => Encoding.UTF8.GetString(_value);

    /// <summary>A copy of the value's bytes.</summary>
    public byte[] ValueBytes => _value.AsSpan().ToArray();

    /// <summary>Makes a property with a copy of the bytes.</summary>
    public static AuthProperty Create(string name, byte[] valueBytes)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(valueBytes);
        return new AuthProperty(name, valueBytes.AsSpan().ToArray());
    }
}

namespace Grpc.Core;

/// <summary>Which sides of a call stream.</summary>
public enum MethodType
{
    /// <summary>One request, one response.</summary>
    Unary,

    /// <summary>Many requests, one response.</summary>
    ClientStreaming,

    /// <summary>One request, many responses.</summary>
    ServerStreaming,

    /// <summary>Many requests, many responses.</summary>
    DuplexStreaming,
}

/// <summary>A remote method without the types of its messages.</summary>
public interface IMethod
{
    /// <summary>Which sides stream.</summary>
    MethodType Type { get; }

    /// <summary>The service's name with its package.</summary>
    string ServiceName { get; }

    /// <summary>The method's own name.</summary>
    string Name { get; }

    /// <summary>The path on the wire, <c>/service/method</c>.</summary>
    string FullName { get; }
}

/// <summary>A remote method.</summary>
public class Method<TRequest, TResponse> : IMethod
{
    /// <summary>Describes a method.</summary>
    public Method(
        MethodType type,
        string serviceName,
        string name,
        Marshaller<TRequest> requestMarshaller,
        Marshaller<TResponse> responseMarshaller)
    {
        ArgumentNullException.ThrowIfNull(serviceName);
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(requestMarshaller);
        ArgumentNullException.ThrowIfNull(responseMarshaller);
        Type = type;
        ServiceName = serviceName;
        Name = name;
        FullName = $"/{serviceName}/{name}";
        RequestMarshaller = requestMarshaller;
        ResponseMarshaller = responseMarshaller;
    }

    /// <inheritdoc/>
    public MethodType Type { get; }

    /// <inheritdoc/>
    public string ServiceName { get; }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public string FullName { get; }

    /// <summary>How requests become bytes and back.</summary>
    public Marshaller<TRequest> RequestMarshaller { get; }

    /// <summary>How responses become bytes and back.</summary>
    public Marshaller<TResponse> ResponseMarshaller { get; }
}

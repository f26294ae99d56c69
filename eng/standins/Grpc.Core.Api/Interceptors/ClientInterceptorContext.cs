namespace Grpc.Core.Interceptors;

/// <summary>A call as a client interceptor sees it.</summary>
public readonly struct ClientInterceptorContext<TRequest, TResponse>
    where TRequest : class
    where TResponse : class
{
    /// <summary>Describes a call.</summary>
    public ClientInterceptorContext(Method<TRequest, TResponse> method, string? host, CallOptions options)
    {
        Method = method;
        Host = host;
        Options = options;
    }

    /// <summary>The method called.</summary>
    public Method<TRequest, TResponse> Method { get; }

    /// <summary>The host addressed; null for the channel's.</summary>
    public string? Host { get; }

    /// <summary>The options of the call.</summary>
    public CallOptions Options { get; }
}

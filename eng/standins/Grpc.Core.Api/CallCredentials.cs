namespace Grpc.Core;

/// <summary>Adds authentication metadata to a call.</summary>
public delegate Task AsyncAuthInterceptor(AuthInterceptorContext context, Metadata metadata);

/// <summary>The call that an <see cref="AsyncAuthInterceptor"/> authenticates.</summary>
public class AuthInterceptorContext
{
    /// <summary>Names the call.</summary>
    public AuthInterceptorContext(string serviceUrl, string methodName)
        : this(serviceUrl, methodName, CancellationToken.None)
    {
    }

    /// <summary>Names the call, with its cancellation.</summary>
    public AuthInterceptorContext(string serviceUrl, string methodName, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(serviceUrl);
        ArgumentNullException.ThrowIfNull(methodName);
        ServiceUrl = serviceUrl;
        MethodName = methodName;
        CancellationToken = cancellationToken;
    }

    /// <summary>The address of the service.</summary>
    public string ServiceUrl { get; }

    /// <summary>The name of the method.</summary>
    public string MethodName { get; }

    /// <summary>Cancelled with the call.</summary>
    public CancellationToken CancellationToken { get; }
}

/// <summary>How single calls prove an identity.</summary>
public abstract class CallCredentials
{
    /// <summary>Applies several credentials in turn.</summary>
    public static CallCredentials Compose(params CallCredentials[] credentials) => new CompositeCredentials(credentials);

    /// <summary>Credentials that a function adds to the metadata.</summary>
    public static CallCredentials FromInterceptor(AsyncAuthInterceptor interceptor) => new InterceptorCredentials(interceptor);

    /// <summary>Describes these credentials to a channel.</summary>
    public abstract void InternalPopulateConfiguration(CallCredentialsConfiguratorBase configurator, object? state);

    private sealed class CompositeCredentials : CallCredentials
    {
        private readonly CallCredentials[] _parts;

        public CompositeCredentials(CallCredentials[] parts)
        {
            ArgumentNullException.ThrowIfNull(parts);
            ArgumentOutOfRangeException.ThrowIfLessThan(parts.Length, 2);
            _parts = [.. parts];
        }

        public override void InternalPopulateConfiguration(CallCredentialsConfiguratorBase configurator, object? state) =>
            configurator.SetCompositeCredentials(state, _parts);
    }

    private sealed class InterceptorCredentials : CallCredentials
    {
        private readonly AsyncAuthInterceptor _interceptor;

        public InterceptorCredentials(AsyncAuthInterceptor interceptor)
        {
            ArgumentNullException.ThrowIfNull(interceptor);
            _interceptor = interceptor;
        }

        public override void InternalPopulateConfiguration(CallCredentialsConfiguratorBase configurator, object? state) =>
            configurator.SetAsyncAuthInterceptorCredentials(state, _interceptor);
    }
}

/// <summary>How a channel learns what credentials a call was given.</summary>
public abstract class CallCredentialsConfiguratorBase
{
    /// <summary>Several credentials apply.</summary>
    public abstract void SetCompositeCredentials(object? state, IReadOnlyList<CallCredentials> credentials);

    /// <summary>A function adds metadata.</summary>
    public abstract void SetAsyncAuthInterceptorCredentials(object? state, AsyncAuthInterceptor interceptor);
}

namespace Aspire.Hosting.ApplicationModel;

/// <summary>A Qdrant server in a container.</summary>
public class QdrantServerResource(string name, ParameterResource apiKey) : ContainerResource(name), IResourceWithConnectionString
{
    internal const string PrimaryEndpointName = "grpc";

    private EndpointReference? _primaryEndpoint;

    public ParameterResource ApiKeyParameter { get; } = apiKey;

    public EndpointReference PrimaryEndpoint => _primaryEndpoint ??= new EndpointReference(this, PrimaryEndpointName);

    /// <summary><c>Endpoint=ADDRESS;Key=KEY</c>.</summary>
    public ReferenceExpression ConnectionStringExpression => ReferenceExpression.Create(
        $"Endpoint={PrimaryEndpoint.Property(EndpointProperty.Url)};Key={ApiKeyParameter}");
}

using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

public static class QdrantBuilderExtensions
{
    /// <summary>Refuses: the real package runs a container here.</summary>
    public static IResourceBuilder<QdrantServerResource> AddQdrant(
        this IDistributedApplicationBuilder builder, string name, IResourceBuilder<ParameterResource>? apiKey = null,
        int? grpcPort = null, int? httpPort = null) => throw new DistributedApplicationException(
            $"Resource '{name}' is a container, and no container engine is used with this set of packages. Run a Qdrant server yourself "
            + $"and name it: --Stores:Vectors=qdrant --ConnectionStrings:{name}=\"Endpoint=http://HOST:6334;Key=...\".");

    /// <summary>Keeps the server's data in a volume.</summary>
    public static IResourceBuilder<QdrantServerResource> WithDataVolume(
        this IResourceBuilder<QdrantServerResource> builder, string? name = null, bool isReadOnly = false) =>
        builder.WithAnnotation(new ContainerMountAnnotation(
            name ?? $"{builder.Resource.Name}-data", "/qdrant/storage", ContainerMountType.Volume, isReadOnly));
}

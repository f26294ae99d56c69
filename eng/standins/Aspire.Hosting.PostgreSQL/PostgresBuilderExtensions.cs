using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

public static class PostgresBuilderExtensions
{
    /// <summary>Refuses: the real package runs a container here.</summary>
    public static IResourceBuilder<PostgresServerResource> AddPostgres(
        this IDistributedApplicationBuilder builder, string name, IResourceBuilder<ParameterResource>? userName = null,
        IResourceBuilder<ParameterResource>? password = null, int? port = null) => throw new DistributedApplicationException(
            $"Resource '{name}' is a container, and no container engine is used with this set of packages. Run a PostgreSQL server "
            + "yourself and name a database of it, such as --Stores:Sessions=postgres "
            + "--ConnectionStrings:sessions=\"Host=HOST;Username=USER;Password=...;Database=sessions\".");

    /// <summary>Names a database of the server, which is made when it starts.</summary>
    public static IResourceBuilder<PostgresDatabaseResource> AddDatabase(
        this IResourceBuilder<PostgresServerResource> builder, string name, string? databaseName = null) =>
        builder.ApplicationBuilder.AddResource(new PostgresDatabaseResource(name, databaseName ?? name, builder.Resource));

    /// <summary>Keeps the server's data in a volume.</summary>
    public static IResourceBuilder<PostgresServerResource> WithDataVolume(
        this IResourceBuilder<PostgresServerResource> builder, string? name = null, bool isReadOnly = false) =>
        builder.WithAnnotation(new ContainerMountAnnotation(
            name ?? $"{builder.Resource.Name}-data", "/var/lib/postgresql/data", ContainerMountType.Volume, isReadOnly));
}

using System.Collections.ObjectModel;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>A node of the application model: a name and annotations. Inert until the application starts.</summary>
public interface IResource
{
    string Name { get; }

    ResourceAnnotationCollection Annotations { get; }
}

/// <summary>A fact attached to a resource.</summary>
public interface IResourceAnnotation;

/// <summary>The annotations of one resource, in the order in which they were added.</summary>
public sealed class ResourceAnnotationCollection : Collection<IResourceAnnotation>;

/// <summary>The resources of an application, unique by name regardless of case.</summary>
public interface IResourceCollection : IList<IResource>;

public interface IResourceWithEnvironment : IResource;

public interface IResourceWithArgs : IResource;

public interface IResourceWithEndpoints : IResource;

public interface IResourceWithServiceDiscovery : IResourceWithEndpoints;

public interface IResourceWithWaitSupport : IResource;

/// <summary>A resource that is a value and never runs.</summary>
public interface IResourceWithoutLifetime : IResource;

public interface IResourceWithParent : IResource
{
    IResource Parent { get; }
}

/// <summary>A resource that is reached through a connection string.</summary>
public interface IResourceWithConnectionString : IResource, IManifestExpressionProvider, IValueProvider, IValueWithReferences
{
    ReferenceExpression ConnectionStringExpression { get; }

    /// <summary>The variable that carries the connection string, or null for <c>ConnectionStrings__NAME</c>.</summary>
    string? ConnectionStringEnvironmentVariable => null;

    ValueTask<string?> GetConnectionStringAsync(CancellationToken cancellationToken = default) =>
        ConnectionStringExpression.GetValueAsync(cancellationToken);

    /// <summary>The parts of the connection string, injected as <c>NAME_KEY</c>.</summary>
    IEnumerable<KeyValuePair<string, ReferenceExpression>> GetConnectionProperties() => [];

    string IManifestExpressionProvider.ValueExpression => $"{{{Name}.connectionString}}";

    ValueTask<string?> IValueProvider.GetValueAsync(CancellationToken cancellationToken) => GetConnectionStringAsync(cancellationToken);

    IEnumerable<object> IValueWithReferences.References => [ConnectionStringExpression];
}

/// <summary>Base of all resources.</summary>
public abstract class Resource : IResource
{
    protected Resource(string name)
    {
        ModelName.Validate("Resource", name);
        Name = name;
    }

    public virtual string Name { get; }

    public virtual ResourceAnnotationCollection Annotations { get; } = [];
}

/// <summary>A .NET project, run as one or more processes.</summary>
public class ProjectResource(string name)
    : Resource(name), IResourceWithEnvironment, IResourceWithArgs, IResourceWithServiceDiscovery, IResourceWithWaitSupport;

/// <summary>A program of the machine, run as one process.</summary>
public class ExecutableResource(string name, string command, string workingDirectory)
    : Resource(name), IResourceWithEnvironment, IResourceWithArgs, IResourceWithEndpoints, IResourceWithWaitSupport
{
    public string Command { get; } = command;

    /// <summary>Absolute path of the folder that the program starts in.</summary>
    public string WorkingDirectory { get; } = workingDirectory;
}

/// <summary>A service that somebody else runs, known by its URL.</summary>
public sealed class ExternalServiceResource : Resource, IResourceWithoutLifetime
{
    public ExternalServiceResource(string name, Uri uri) : base(name) => Uri = uri;

    public ExternalServiceResource(string name, ParameterResource urlParameter) : base(name) => UrlParameter = urlParameter;

    public Uri? Uri { get; }

    public ParameterResource? UrlParameter { get; }
}

/// <summary>The resources of an application after composition.</summary>
public sealed class DistributedApplicationModel(IResourceCollection resources)
{
    public IResourceCollection Resources { get; } = resources;
}

internal sealed class ResourceCollection : Collection<IResource>, IResourceCollection
{
    protected override void InsertItem(int index, IResource item)
    {
        if (this.Any(other => string.Equals(other.Name, item.Name, StringComparison.OrdinalIgnoreCase)))
            throw new DistributedApplicationException(
                $"Cannot add resource of type '{item.GetType()}' with name '{item.Name}' because a resource with that name already exists. "
                + "Resource names are case-insensitive.");
        base.InsertItem(index, item);
    }
}

internal static class ModelName
{
    private const int CharsMax = 64;

    /// <summary>Throws unless the name is 1 to 64 ASCII letters, digits or single hyphens, from a letter to a letter or digit.</summary>
    public static void Validate(string target, string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (name.Length > CharsMax) throw Invalid(target, name, $"Name must be between 1 and {CharsMax} characters long.");
        if (!name.All(c => char.IsAsciiLetterOrDigit(c) || c == '-'))
            throw Invalid(target, name, "Name must contain only ASCII letters, digits, and hyphens.");
        if (!char.IsAsciiLetter(name[0])) throw Invalid(target, name, "Name must start with an ASCII letter.");
        if (name[^1] == '-') throw Invalid(target, name, "Name cannot end with a hyphen.");
        if (name.Contains("--", StringComparison.Ordinal)) throw Invalid(target, name, "Name cannot contain consecutive hyphens.");
    }

    private static ArgumentException Invalid(string target, string name, string why) =>
        new($"{target} name '{name}' is invalid. {why}", nameof(name));
}

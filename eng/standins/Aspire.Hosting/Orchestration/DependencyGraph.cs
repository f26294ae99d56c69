using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Orchestration;

/// <summary>Who needs whom, from waits, references and parents.</summary>
internal static class DependencyGraph
{
    /// <summary>
    /// The resources in the order in which they stop: each stage holds those whose dependents are all in earlier stages. Resources that
    /// refer to each other in a circle come last, together.
    /// </summary>
    public static IReadOnlyList<IReadOnlyList<IResource>> StopStages(IEnumerable<IResource> resources)
    {
        var remaining = resources.ToList();
        var stages = new List<IReadOnlyList<IResource>>();
        while (remaining.Count > 0)
        {
            var needed = remaining.SelectMany(resource => DependenciesOf(resource).Where(other => other != resource)).ToHashSet();
            var stage = remaining.Where(resource => !needed.Contains(resource)).ToList();
            if (stage.Count == 0) stage = [.. remaining];
            stages.Add(stage);
            remaining.RemoveAll(stage.Contains);
        }

        return stages;
    }

    /// <summary>Throws where resources wait for each other, because none of them would ever start.</summary>
    public static void RequireNoCircularWait(IEnumerable<IResource> resources)
    {
        var done = new HashSet<IResource>();
        foreach (var resource in resources) Visit(resource, [], done);
    }

    /// <summary>The resource itself, or for one that is only a value the resources that the value is made of.</summary>
    public static IEnumerable<IResource> StandsFor(IResource resource) =>
        resource is ConnectionStringResource value ? ReferencedBy(value) : [resource];

    private static IEnumerable<IResource> ReferencedBy(IValueWithReferences value) =>
        value.References.SelectMany(reference => reference switch
        {
            IResource resource => StandsFor(resource),
            IValueWithReferences nested => ReferencedBy(nested),
            _ => [],
        });

    private static void Visit(IResource resource, List<IResource> path, HashSet<IResource> done)
    {
        if (path.IndexOf(resource) is var start and >= 0)
        {
            var circle = string.Join(" -> ", path.Skip(start).Append(resource).Select(member => member.Name));
            throw new DistributedApplicationException($"Resources wait for each other in a circle: {circle}. Remove one WaitFor.");
        }

        if (!done.Add(resource)) return;
        path.Add(resource);
        foreach (var wait in resource.Annotations.OfType<WaitAnnotation>()) Visit(wait.Resource, path, done);
        path.RemoveAt(path.Count - 1);
    }

    private static IEnumerable<IResource> DependenciesOf(IResource resource) => resource.Annotations
        .OfType<WaitAnnotation>().Select(wait => wait.Resource)
        .Concat(resource.Annotations.OfType<ResourceRelationshipAnnotation>().Select(relationship => relationship.Resource))
        .SelectMany(StandsFor);
}

using System.Globalization;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Processes;

namespace Aspire.Hosting.Orchestration;

/// <summary>Turns a resource of the model into the command of one of its replicas.</summary>
internal sealed class LaunchPlanner(BuildOutput build, DistributedApplicationExecutionContext executionContext)
{
    /// <exception cref="DistributedApplicationException">The project of the resource is not built.</exception>
    public void RequireBuilt(IResource resource)
    {
        if (resource.TryGetLastAnnotation<IProjectMetadata>(out var project)) build.FindProgram(project.ProjectPath);
    }

    public async Task<LaunchSpec> PlanAsync(IResource resource, ValueProviderContext caller, CancellationToken cancellationToken)
    {
        var environment = await EvaluateEnvironmentAsync(resource, caller, cancellationToken);
        var arguments = await EvaluateArgumentsAsync(resource, caller, cancellationToken);
        if (resource is ExecutableResource executable)
            return new LaunchSpec(CommandPath(executable), arguments, executable.WorkingDirectory, environment);
        var project = resource.Annotations.OfType<IProjectMetadata>().Last().ProjectPath;
        string[] command = [build.FindProgram(project), .. arguments];
        return new LaunchSpec(Executables.DotnetHost(), command, Path.GetDirectoryName(project) ?? ".", environment);
    }

    public async Task<IReadOnlyDictionary<string, string?>> EvaluateEnvironmentAsync(
        IResource resource, ValueProviderContext caller, CancellationToken cancellationToken)
    {
        var context = new EnvironmentCallbackContext(executionContext, resource, [], cancellationToken);
        foreach (var annotation in resource.Annotations.OfType<EnvironmentCallbackAnnotation>()) await annotation.Callback(context);
        var values = new Dictionary<string, string?>();
        foreach (var (name, value) in context.EnvironmentVariables)
            if (await ResolveAsync(value, caller, cancellationToken) is { } text) values[name] = text;
        return values;
    }

    private static async Task<List<string>> EvaluateArgumentsAsync(
        IResource resource, ValueProviderContext caller, CancellationToken cancellationToken)
    {
        var context = new CommandLineArgsCallbackContext([], cancellationToken);
        foreach (var annotation in resource.Annotations.OfType<CommandLineArgsCallbackAnnotation>()) await annotation.Callback(context);
        var arguments = new List<string>(context.Args.Count);
        foreach (var arg in context.Args)
            if (await ResolveAsync(arg, caller, cancellationToken) is { } text) arguments.Add(text);
        return arguments;
    }

    private static async ValueTask<string?> ResolveAsync(object value, ValueProviderContext caller, CancellationToken cancellationToken) =>
        value switch
        {
            string text => text,
            IValueProvider provider => await provider.GetValueAsync(caller, cancellationToken),
            IResourceBuilder<IResource> { Resource: IValueProvider provider } => await provider.GetValueAsync(caller, cancellationToken),
            _ => Convert.ToString(value, CultureInfo.InvariantCulture),
        };

    // As a shell would: a bare name is looked for on PATH, a path with a folder starts at the working directory.
    private static string CommandPath(ExecutableResource executable) => executable.Command.Contains('/', StringComparison.Ordinal)
        ? Path.GetFullPath(Path.Combine(executable.WorkingDirectory, executable.Command))
        : executable.Command;
}

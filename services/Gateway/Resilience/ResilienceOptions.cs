using Millrace.ServiceDefaults.Configuration;

namespace Millrace.Gateway.Resilience;

/// <summary>How the Gateway keeps one slow or absent service from holding up everything; section <c>Gateway:Resilience</c>.</summary>
public sealed class ResilienceOptions : ISelfValidating
{
    /// <summary>Calls of Guardrails; the filter of an answer that is being written counts for the circuit alone.</summary>
    public DependencyOptions Guardrails { get; } = new() { Timeout = TimeSpan.FromSeconds(10) };

    /// <summary>Calls of Embedding.</summary>
    public DependencyOptions Embedding { get; } = new();

    /// <summary>Calls of Retrieval; uploads count for nothing here.</summary>
    public DependencyOptions Retrieval { get; } = new();

    /// <summary>Calls of Sessions.</summary>
    public DependencyOptions Sessions { get; } = new() { Timeout = TimeSpan.FromSeconds(10) };

    /// <summary>
    /// Generations. Members of the pool have queues and a health of their own, so that only the numbers of calls and waits count here.
    /// </summary>
    public DependencyOptions Inference { get; } = new() { ConcurrentMax = 4096 };

    /// <summary>How often a service whose circuit is open is asked whether it is back.</summary>
    /// <value>Default 1 second.</value>
    public TimeSpan ProbeInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    public IEnumerable<string> Validate()
    {
        if (ProbeInterval < TimeSpan.FromMilliseconds(10) || ProbeInterval > TimeSpan.FromMinutes(5))
            yield return "ProbeInterval must be from 00:00:00.010 to 00:05:00.";
        foreach (var name in Dependency.Names)
            foreach (var error in Of(name).Validate()) yield return $"{name}: {error}";
    }

    /// <summary>The options of a dependency.</summary>
    /// <param name="name">One of <see cref="Dependency.Names"/>.</param>
    public DependencyOptions Of(string name) => name switch
    {
        Dependency.Guardrails => Guardrails,
        Dependency.Embedding => Embedding,
        Dependency.Retrieval => Retrieval,
        Dependency.Sessions => Sessions,
        _ => Inference,
    };
}

/// <summary>The services that the Gateway calls.</summary>
public static class Dependency
{
    public const string Guardrails = "guardrails";
    public const string Embedding = "embedding";
    public const string Retrieval = "retrieval";
    public const string Sessions = "sessions";
    public const string Inference = "inference";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> Names { get; } = [Guardrails, Embedding, Retrieval, Sessions, Inference];
}

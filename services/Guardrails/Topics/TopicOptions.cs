namespace Millrace.Guardrails.Topics;

/// <summary>What a policy's users may talk of. Meanings are compared, by the embedding model, so that words need not be named.</summary>
public sealed class TopicOptions
{
    /// <summary>Most topics of one policy.</summary>
    public const int TopicsMax = 64;

    private static readonly TimeSpan TimeoutMax = TimeSpan.FromMinutes(1);

    /// <summary>Topics that are not talked of: a text that is near one of them is a finding of <c>topic.NAME</c>.</summary>
    /// <value>Default none.</value>
    public IList<Topic> Deny { get; } = [];

    /// <summary>Topics that are talked of alone: a text that is near none of them is a finding of <c>topic.off_topic</c>.</summary>
    /// <value>Default none: every topic that is not denied is allowed.</value>
    public IList<Topic> Allow { get; } = [];

    /// <summary>Whether texts pass when Embedding does not answer; else the request fails, and can be sent again.</summary>
    /// <value>Default false.</value>
    public bool FailOpen { get; set; }

    /// <summary>Name of the embedding model; empty for the default one. Thresholds belong to a model.</summary>
    public string Model { get; set; } = string.Empty;

    /// <summary>How long Embedding is waited for.</summary>
    /// <value>Default 2 seconds; at most a minute.</value>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Texts of fewer words are not held to the allowed topics: "Hello", "And then?".</summary>
    /// <value>Default 4.</value>
    public int AllowWordsMin { get; set; } = 4;

    /// <summary>Whether there is anything to compare with.</summary>
    public bool HasTopics => Deny.Count + Allow.Count > 0;

    /// <summary>All errors; none when the topics are valid.</summary>
    public IEnumerable<string> Validate()
    {
        var all = Deny.Concat(Allow).ToList();
        if (all.Count > TopicsMax) yield return $"Topics has {all.Count} topics. Leave at most {TopicsMax}.";
        if (Timeout <= TimeSpan.Zero || Timeout > TimeoutMax)
            yield return $"Topics:Timeout is {Timeout}. Set it to more than zero and at most {TimeoutMax}.";
        if (AllowWordsMin < 0) yield return $"Topics:AllowWordsMin is {AllowWordsMin}. Set it to 0 or more.";
        foreach (var error in all.SelectMany(topic => topic.Validate())) yield return error;
        foreach (var twice in all.GroupBy(topic => topic.Name, StringComparer.OrdinalIgnoreCase).Where(group => group.Count() > 1))
            yield return $"Topics has '{twice.Key}' {twice.Count()} times. Give each topic a name of its own.";
    }

    /// <summary>All that decides, as lines in a fixed order.</summary>
    internal IEnumerable<string> Content() => !HasTopics ? [] :
    [
        $"topics {FailOpen} {Model} {AllowWordsMin}",
        .. Deny.Select(topic => $"deny {topic.Content()}"),
        .. Allow.Select(topic => $"allow {topic.Content()}"),
    ];
}

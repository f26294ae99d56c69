using System.ComponentModel.DataAnnotations;
using Millrace.ServiceDefaults.Configuration;

namespace Millrace.Upstreams;

/// <summary>Upstreams by name; section <c>Inference:Upstreams</c> or <c>Gateway:Upstreams</c>.</summary>
public sealed class UpstreamsOptions : Dictionary<string, UpstreamOptions>, ISelfValidating
{
    /// <summary>Upstreams that one process may have.</summary>
    internal const int UpstreamsMax = 64;

    /// <summary>Names are the same however they are written, as in all configuration.</summary>
    public UpstreamsOptions()
        : base(StringComparer.OrdinalIgnoreCase)
    {
    }

    /// <inheritdoc/>
    public IEnumerable<string> Validate() => Count > UpstreamsMax
        ? [$"There are {Count} upstreams; one process takes {UpstreamsMax}. Spread them over several members of the pool."]
        : this.SelectMany(entry => Complaints(entry.Value).Select(complaint => $"{entry.Key}: {complaint}")).Concat(ServedTwice());

    private static IEnumerable<string> Complaints(UpstreamOptions options)
    {
        List<ValidationResult> annotated = [];
        Validator.TryValidateObject(options, new ValidationContext(options), annotated, validateAllProperties: true);
        return annotated.Select(result => result.ErrorMessage ?? "A setting is not valid.").Concat(options.Validate());
    }

    private IEnumerable<string> ServedTwice() => this
        .SelectMany(entry => entry.Value.Models.Keys.Select(model => (Model: model, Upstream: entry.Key)))
        .GroupBy(served => served.Model, served => served.Upstream, StringComparer.OrdinalIgnoreCase)
        .Where(group => group.Count() > 1)
        .Select(group => $"The model '{group.Key}' is served by {string.Join(" and ", group)}: give it another name at one of them.");
}

/// <summary>
/// One server elsewhere, and how to treat it. It is a class and no record so that nothing prints its values: some are secret.
/// </summary>
public sealed class UpstreamOptions : ISelfValidating
{
    /// <summary>Which API it speaks: <c>openai</c> or <c>anthropic</c>.</summary>
    /// <value>Default <c>openai</c>.</value>
    public string Kind { get; set; } = "openai";

    /// <summary>
    /// Where it is, such as <c>http://gpu-1:8000</c>. Without a path, <c>/v1</c> is added; with one, it is taken as it stands.
    /// </summary>
    public string BaseAddress { get; set; } = "";

    /// <summary>The key to send; empty for none. Secret.</summary>
    public string ApiKey { get; set; } = "";

    /// <summary>Names in Millrace, and what the upstream calls these models.</summary>
    public Dictionary<string, string> Models { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Headers to send besides. Their values are secret.</summary>
    public Dictionary<string, string> Headers { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Requests that may run there together.</summary>
    /// <value>Default 16.</value>
    [Range(1, 4096, ErrorMessage = "ConcurrencyMax must be from 1 to 4096.")]
    public int ConcurrencyMax { get; set; } = 16;

    /// <summary>Requests that may wait for one of those to end.</summary>
    /// <value>Default 256.</value>
    [Range(0, 65536, ErrorMessage = "QueueDepthMax must be from 0 to 65536.")]
    public int QueueDepthMax { get; set; } = 256;

    /// <summary>How long connecting may take.</summary>
    /// <value>Default 5 seconds.</value>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long the first piece of an answer may take, from when the request is sent.</summary>
    /// <value>Default 60 seconds.</value>
    public TimeSpan FirstTokenTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How long an answer may pause between two events.</summary>
    /// <value>Default 30 seconds.</value>
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How often a request is sent again when nothing of its answer has come.</summary>
    /// <value>Default 2.</value>
    [Range(0, 10, ErrorMessage = "RetriesMax must be from 0 to 10.")]
    public int RetriesMax { get; set; } = 2;

    /// <summary>The first retry waits up to this long, each further one up to twice as long as the one before.</summary>
    /// <value>Default 250 milliseconds.</value>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>No retry waits longer; when the upstream asks for a longer pause, the caller is told of it instead.</summary>
    /// <value>Default 8 seconds.</value>
    public TimeSpan RetryDelayMax { get; set; } = TimeSpan.FromSeconds(8);

    /// <summary>When to stop asking a server that fails.</summary>
    public BreakerOptions Breaker { get; } = new();

    /// <summary>Most tokens of one request, prompt and answer together; 0 when it is not known.</summary>
    /// <value>Default 0.</value>
    [Range(0, 1 << 24, ErrorMessage = "ContextTokens must be from 0 (not known) to 16777216.")]
    public int ContextTokens { get; set; }

    /// <summary>
    /// Whether it understands what vLLM, SGLang and llama-server add to OpenAI's API: <c>top_k</c>, <c>min_p</c>, repetition penalty,
    /// continued messages, ignored ends and cache salts.
    /// </summary>
    /// <value>Default false: a request that needs one of these is refused.</value>
    public bool Extensions { get; set; }

    /// <summary>Whether it has vLLM's or llama-server's <c>/tokenize</c>; otherwise tokens are estimated from bytes.</summary>
    /// <value>Default false.</value>
    public bool Tokenize { get; set; }

    /// <summary>Name of the field that bounds an answer's tokens in chats: <c>max_tokens</c> or <c>max_completion_tokens</c>.</summary>
    /// <value>Default <c>max_tokens</c>, which every server knows.</value>
    public string MaxTokensField { get; set; } = "max_tokens";

    /// <summary>Version of Anthropic's API.</summary>
    /// <value>Default 2023-06-01.</value>
    public string AnthropicVersion { get; set; } = "2023-06-01";

    /// <summary>Tokens of an answer when a request sets no limit; Anthropic's API needs one.</summary>
    /// <value>Default 4096.</value>
    [Range(1, 1 << 20, ErrorMessage = "DefaultMaxTokens must be from 1 to 1048576.")]
    public int DefaultMaxTokens { get; set; } = 4096;

    /// <summary>Whether the machine's proxy settings are used.</summary>
    /// <value>Default false: requests go where <see cref="BaseAddress"/> says.</value>
    public bool UseSystemProxy { get; set; }

    internal bool IsAnthropic => Kind.Equals("anthropic", StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public IEnumerable<string> Validate() =>
        AddressComplaints().Concat(ModelComplaints()).Concat(HeaderComplaints()).Concat(TimeComplaints()).Concat(Breaker.Validate());

    private IEnumerable<string> AddressComplaints()
    {
        if (!IsAnthropic && !Kind.Equals("openai", StringComparison.OrdinalIgnoreCase))
            yield return $"Kind is '{Kind}'; use openai (also for vLLM, SGLang and llama-server) or anthropic.";
        if (!Uri.TryCreate(BaseAddress, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            yield return "BaseAddress must be an absolute address such as http://gpu-1:8000 or https://api.example.com/v1.";
        else if (address.UserInfo.Length > 0 || address.Query.Length > 0 || address.Fragment.Length > 0)
            yield return "BaseAddress must have no user, query or fragment: put the key into ApiKey, or into Headers.";
        if (MaxTokensField is not ("max_tokens" or "max_completion_tokens"))
            yield return "MaxTokensField must be max_tokens or max_completion_tokens.";
    }

    private IEnumerable<string> ModelComplaints()
    {
        if (Models.Count == 0) yield return "Models is empty: set Models:NAME to what the upstream calls the model.";
        foreach (var (name, remote) in Models)
        {
            if (string.IsNullOrWhiteSpace(name) || name.Length > 200) yield return "A name in Models must have 1 to 200 characters.";
            if (string.IsNullOrWhiteSpace(remote)) yield return $"Models:{name} is empty: set it to what the upstream calls the model.";
        }
    }

    private IEnumerable<string> HeaderComplaints()
    {
        if (!IsHeaderValue(ApiKey)) yield return "ApiKey has a character that no header may have, such as a line end: copy it again.";
        foreach (var (name, value) in Headers)
        {
            if (name.Length == 0 || name.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_')))
                yield return $"Headers:{name} is no header's name: use letters, digits, '-' and '_'.";
            if (!IsHeaderValue(value)) yield return $"Headers:{name} has a character that no header may have, such as a line end.";
        }
    }

    private IEnumerable<string> TimeComplaints()
    {
        var day = TimeSpan.FromDays(1);
        (string Name, TimeSpan Value)[] times =
        [
            (nameof(ConnectTimeout), ConnectTimeout), (nameof(FirstTokenTimeout), FirstTokenTimeout), (nameof(IdleTimeout), IdleTimeout),
            (nameof(RetryDelay), RetryDelay), (nameof(RetryDelayMax), RetryDelayMax),
        ];
        foreach (var (name, value) in times)
            if (value <= TimeSpan.Zero || value > day)
                yield return $"{name} must be above 0 and at most one day.";
        if (RetryDelay > RetryDelayMax) yield return $"RetryDelay ({RetryDelay}) is above RetryDelayMax ({RetryDelayMax}): lower it.";
    }

    private static bool IsHeaderValue(string value) => value.All(c => c is >= ' ' and <= '~');
}

/// <summary>When to stop asking a server that fails, and for how long.</summary>
public sealed class BreakerOptions
{
    /// <summary>Failures within <see cref="Within"/> that open the circuit.</summary>
    /// <value>Default 5.</value>
    public int FailuresToOpen { get; set; } = 5;

    /// <summary>How long a failure counts.</summary>
    /// <value>Default 30 seconds.</value>
    public TimeSpan Within { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long nothing is sent. Then one request is let through as a probe.</summary>
    /// <value>Default 15 seconds.</value>
    public TimeSpan OpenFor { get; set; } = TimeSpan.FromSeconds(15);

    internal IEnumerable<string> Validate()
    {
        if (FailuresToOpen is < 1 or > 1000) yield return "Breaker:FailuresToOpen must be from 1 to 1000.";
        var hour = TimeSpan.FromHours(1);
        if (Within <= TimeSpan.Zero || Within > hour) yield return "Breaker:Within must be above 0 and at most one hour.";
        if (OpenFor <= TimeSpan.Zero || OpenFor > hour) yield return "Breaker:OpenFor must be above 0 and at most one hour.";
    }
}

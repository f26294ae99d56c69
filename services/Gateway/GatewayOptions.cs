using System.ComponentModel.DataAnnotations;
using Millrace.Gateway.Inference;
using Millrace.ServiceDefaults.Configuration;

namespace Millrace.Gateway;

/// <summary>What a chat gets that is to be answered from collections which cannot be searched.</summary>
public enum RetrievalAbsence
{
    /// <summary>An error, so that nothing is said without a source.</summary>
    Fail,

    /// <summary>The refusal of its prompt, as when nothing is found.</summary>
    Refuse,

    /// <summary>An answer without sources, which says so.</summary>
    Ungrounded,
}

/// <summary>Limits and defaults of the Gateway; section <c>Gateway</c>.</summary>
public sealed class GatewayOptions : ISelfValidating
{
    /// <summary>The guard policy under which nothing is checked, and Guardrails is not asked.</summary>
    public const string NoGuard = "off";

    // A timer takes no more than some weeks, and would say so with each request.
    private static readonly TimeSpan TimeMax = TimeSpan.FromDays(1);

    /// <summary>Largest JSON body, in bytes.</summary>
    /// <value>Default 10 MiB.</value>
    [Range(1024, 1 << 30, ErrorMessage = "BodyBytesMax must be from 1 KiB to 1 GiB.")]
    public int BodyBytesMax { get; set; } = 10 * 1024 * 1024;

    /// <summary>Largest document that may be uploaded, in bytes.</summary>
    /// <value>Default 64 MiB.</value>
    [Range(1024, int.MaxValue, ErrorMessage = "UploadBytesMax must be at least 1 KiB.")]
    public int UploadBytesMax { get; set; } = 64 * 1024 * 1024;

    /// <summary>Most files of one form.</summary>
    /// <value>Default 1,000.</value>
    [Range(1, 100_000, ErrorMessage = "UploadFilesMax must be from 1 to 100000.")]
    public int UploadFilesMax { get; set; } = 1000;

    /// <summary>Silence on a stream after which a comment keeps the connection open.</summary>
    /// <value>Default 10 seconds.</value>
    public TimeSpan PingInterval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Tokens kept free for the answer when a request does not say how many it wants.</summary>
    /// <value>Default 256.</value>
    [Range(1, 1 << 20, ErrorMessage = "AnswerTokensReserve must be at least 1.")]
    public int AnswerTokensReserve { get; set; } = 256;

    /// <summary>Most tokens of earlier messages that a conversation contributes.</summary>
    /// <value>Default 512.</value>
    [Range(0, 1 << 24, ErrorMessage = "HistoryTokensMax must be 0 or more.")]
    public int HistoryTokensMax { get; set; } = 512;

    /// <summary>Most passages of a context when a request does not say.</summary>
    /// <value>Default 5.</value>
    [Range(1, 100, ErrorMessage = "TopK must be from 1 to 100.")]
    public int TopK { get; set; } = 5;

    /// <summary>Most tokens of a context, counted by the embedding model.</summary>
    /// <value>Default 900.</value>
    [Range(1, 1 << 20, ErrorMessage = "ContextTokensMax must be at least 1.")]
    public int ContextTokensMax { get; set; } = 900;

    /// <summary>How long the list of models may be old.</summary>
    /// <value>Default 10 seconds.</value>
    public TimeSpan ModelListAge { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a member of the inference pool is passed over after it failed.</summary>
    /// <value>Default 2 seconds.</value>
    public TimeSpan CoolDown { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Silence of a generation after which it counts as failed; waiting for a slot included.</summary>
    /// <value>Default 5 minutes.</value>
    public TimeSpan StallTimeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Most characters of an answer that are checked and sent as one piece when the model is faster than that; 0 for a piece per token.
    /// </summary>
    /// <value>Default 1,024.</value>
    [Range(0, 1 << 20, ErrorMessage = "BatchCharsMax must be from 0 to 1048576.")]
    public int BatchCharsMax { get; set; } = 1024;

    /// <summary>
    /// Silence of a generation before its first token after which it counts as failed; waiting for a slot included. Unset for
    /// <see cref="StallTimeout"/>.
    /// </summary>
    public TimeSpan? FirstTokenTimeout { get; set; }

    /// <summary>
    /// Silence before the first token after which a second member of the pool is asked as well; the first to begin answers, the other is
    /// cancelled. <c>off</c>, <c>p95</c> for the time in which 95 % of the model's recent answers had begun, or a time.
    /// </summary>
    /// <value>Default <c>off</c>.</value>
    public string HedgeAfter { get; set; } = HedgeTimer.Off;

    /// <summary>Shortest silence after which <c>p95</c> asks a second member.</summary>
    /// <value>Default 50 ms.</value>
    public TimeSpan HedgeMin { get; set; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Longest time that a chat may take, answer included; a request may ask for less by <c>x-millrace-timeout-ms</c>.</summary>
    /// <value>Default 30 minutes.</value>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>
    /// Guard policy of requests whose assistant names none; empty for the default policy, <see cref="NoGuard"/> for no checks at all.
    /// </summary>
    public string GuardPolicy { get; set; } = string.Empty;

    /// <summary>Whether requests go on without checks when Guardrails cannot be reached. Otherwise they fail.</summary>
    /// <value>Default false.</value>
    public bool GuardFailOpen { get; set; }

    /// <summary>
    /// Most passages of which is remembered that a version of a guard policy let them pass, so that they are not checked each time they
    /// are shown; 0 for none. One takes about 60 bytes.
    /// </summary>
    /// <value>Default 65,536.</value>
    [Range(0, 1 << 24, ErrorMessage = "ClearedTextsMax must be from 0 to 16777216.")]
    public int ClearedTextsMax { get; set; } = 65_536;

    /// <summary>What a chat that is to be answered from collections gets when Retrieval cannot be reached.</summary>
    /// <value>Default <c>Fail</c>.</value>
    public RetrievalAbsence RetrievalFailOpen { get; set; }

    /// <summary>Time that one output check may take.</summary>
    /// <value>Default 5 seconds.</value>
    public TimeSpan GuardTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Most requests of which is remembered what was decided and why.</summary>
    /// <value>Default 10,000.</value>
    [Range(0, 10_000_000, ErrorMessage = "ExplanationsMax must be from 0 to 10000000.")]
    public int ExplanationsMax { get; set; } = 10_000;

    /// <summary>Most memory for that, in bytes.</summary>
    /// <value>Default 32 MiB.</value>
    [Range(0, long.MaxValue, ErrorMessage = "ExplanationBytesMax must be 0 or more.")]
    public long ExplanationBytesMax { get; set; } = 32 * 1024 * 1024;

    /// <summary>Models that can only quote: where their assistant says nothing else, they are asked about one sentence at a time.</summary>
    public IList<string> QuotingModels { get; } = [];

    /// <summary>Most token counts of prompts and their parts that are remembered; 0 for none.</summary>
    /// <value>Default 8,192.</value>
    [Range(0, 1 << 20, ErrorMessage = "PromptCountsMax must be from 0 to 1048576.")]
    public int PromptCountsMax { get; set; } = 8192;

    /// <summary>Folder of the prompt files.</summary>
    /// <value>Default: <c>Prompts</c> beside the program.</value>
    public string PromptFolder { get; set; } = Path.Combine(AppContext.BaseDirectory, "Prompts");

    /// <inheritdoc/>
    public IEnumerable<string> Validate()
    {
        foreach (var (name, value) in new[]
        {
            (nameof(PingInterval), PingInterval), (nameof(ModelListAge), ModelListAge), (nameof(StallTimeout), StallTimeout),
            (nameof(GuardTimeout), GuardTimeout), (nameof(RequestTimeout), RequestTimeout),
            (nameof(FirstTokenTimeout), FirstTokenTimeout ?? StallTimeout),
        })
            if (value <= TimeSpan.Zero || value > TimeMax)
                yield return $"{name} must be longer than zero and at most 1.00:00:00, such as 00:00:10.";
        if (!HedgeTimer.IsValid(HedgeAfter))
            yield return $"{nameof(HedgeAfter)} is '{HedgeAfter}'. Use {HedgeTimer.Off}, {HedgeTimer.Recent}, "
                + "or a time such as 00:00:00.500.";
        if (HedgeTimer.Fixed(HedgeAfter) >= (FirstTokenTimeout ?? StallTimeout))
            yield return $"{nameof(HedgeAfter)} must be below {nameof(FirstTokenTimeout)}, after which the first member is given up.";
        if (HedgeMin < TimeSpan.Zero) yield return $"{nameof(HedgeMin)} must not be negative.";
        if (CoolDown < TimeSpan.Zero) yield return $"{nameof(CoolDown)} must not be negative.";
    }
}

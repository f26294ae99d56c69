namespace Millrace.ServiceDefaults.Telemetry;

/// <summary>
/// The catalogue of telemetry names: OpenTelemetry's GenAI conventions where one exists (status Development, as of v1.41.1 of the
/// conventions), else Millrace's own.
/// </summary>
public static class GenAi
{
    /// <summary>Unit of durations: seconds.</summary>
    public const string Seconds = "s";

    /// <summary>Unit of token counts.</summary>
    public const string Tokens = "{token}";

    /// <summary>Bucket bounds of operation durations, in seconds.</summary>
    public static readonly double[] DurationBuckets =
        [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92];

    /// <summary>Bucket bounds of the time to the first token, in seconds.</summary>
    public static readonly double[] FirstTokenBuckets =
        [0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

    /// <summary>Bucket bounds of the time per output token, in seconds.</summary>
    public static readonly double[] PerTokenBuckets = [0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5];

    /// <summary>Bucket bounds of token counts.</summary>
    public static readonly double[] TokenBuckets =
        [1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864];

    /// <summary>Names of metrics.</summary>
    public static class Metrics
    {
        public const string ClientTokenUsage = "gen_ai.client.token.usage";
        public const string ClientOperationDuration = "gen_ai.client.operation.duration";
        public const string ServerRequestDuration = "gen_ai.server.request.duration";
        public const string ServerTimeToFirstToken = "gen_ai.server.time_to_first_token";
        public const string ServerTimePerOutputToken = "gen_ai.server.time_per_output_token";
        public const string QueueDepth = "millrace.queue.depth";
        public const string KvUtilisation = "millrace.kv.utilisation";
        public const string GuardrailDecisions = "millrace.guardrails.decisions";
        public const string GuardrailFindings = "millrace.guardrails.findings";
        public const string GuardrailPolicyReloads = "millrace.guardrails.policy_reloads";
        public const string PipelineStepDuration = "millrace.pipeline.step.duration";
    }

    /// <summary>Names of attributes.</summary>
    public static class Attributes
    {
        public const string OperationName = "gen_ai.operation.name";
        public const string ProviderName = "gen_ai.provider.name";
        public const string RequestModel = "gen_ai.request.model";
        public const string ResponseModel = "gen_ai.response.model";
        public const string ResponseId = "gen_ai.response.id";
        public const string FinishReasons = "gen_ai.response.finish_reasons";
        public const string TokenType = "gen_ai.token.type";
        public const string InputTokens = "gen_ai.usage.input_tokens";
        public const string OutputTokens = "gen_ai.usage.output_tokens";
        public const string CacheReadInputTokens = "gen_ai.usage.cache_read.input_tokens";
        public const string ConversationId = "gen_ai.conversation.id";
        public const string DataSourceId = "gen_ai.data_source.id";
        public const string RequestTopK = "gen_ai.request.top_k";
        public const string DimensionCount = "gen_ai.embeddings.dimension.count";
        public const string ErrorType = "error.type";
    }

    /// <summary>Values of <see cref="Attributes.OperationName"/>.</summary>
    public static class Operations
    {
        public const string Chat = "chat";
        public const string Embeddings = "embeddings";
        public const string Retrieval = "retrieval";
    }
}

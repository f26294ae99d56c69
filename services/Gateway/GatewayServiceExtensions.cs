using Grpc.AspNetCore.Server;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration.Json;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Options;
using Millrace.Contracts.Embedding.V1;
using Millrace.Contracts.Guardrails.V1;
using Millrace.Contracts.Retrieval.V1;
using Millrace.Contracts.Sessions.V1;
using Millrace.Gateway.Anthropic;
using Millrace.Gateway.Api;
using Millrace.Gateway.Api.Completions;
using Millrace.Gateway.Api.Conversations;
using Millrace.Gateway.Api.Documents;
using Millrace.Gateway.Api.Responses;
using Millrace.Gateway.Api.Runs;
using Millrace.Gateway.Api.Search;
using Millrace.Gateway.Assistants;
using Millrace.Gateway.Batches;
using Millrace.Gateway.Citations;
using Millrace.Gateway.Explaining;
using Millrace.Gateway.Fallbacks;
using Millrace.Gateway.Files;
using Millrace.Gateway.Guarding;
using Millrace.Gateway.Inference;
using Millrace.Gateway.Models;
using Millrace.Gateway.Moderation;
using Millrace.Gateway.OpenApi;
using Millrace.Gateway.Prompts;
using Millrace.Gateway.QueryWriting;
using Millrace.Gateway.Quoting;
using Millrace.Gateway.Reranking;
using Millrace.Gateway.Resilience;
using Millrace.Gateway.Retrieval;
using Millrace.Gateway.Rpc;
using Millrace.Gateway.Runtime;
using Millrace.Gateway.Sessions;
using Millrace.Gateway.Telemetry;
using Millrace.Gateway.Upstreams;
using Millrace.Gateway.VectorStores;
using Millrace.ServiceDefaults.Calls;
using Millrace.ServiceDefaults.Clients;
using Millrace.ServiceDefaults.Configuration;

namespace Millrace.Gateway;

/// <summary>The two calls that make a web application the Gateway.</summary>
public static class GatewayServiceExtensions
{
    private const string AssistantsFile = "assistants.json";

    /// <summary>
    /// A body up to this many times too large is read to its end and refused in words; a larger one loses its connection.
    /// </summary>
    internal const long HardLimitFactor = 4;

    /// <summary>Adds the pipeline and both doors.</summary>
    public static WebApplicationBuilder AddGateway(this WebApplicationBuilder builder)
    {
        builder.AddGatewayOptions();
        builder.Services.AddUpstreams();
        builder.Services.AddPipeline();
        builder.Services.AddHttpDoor();
        builder.Services.AddRuns();
        builder.Services.AddGrpcDoor();
        return builder;
    }

    /// <summary>Maps both doors. What was configured wrongly is told here, before the first request.</summary>
    public static WebApplication MapGateway(this WebApplication app)
    {
        app.Services.GetRequiredService<AssistantCatalog>();
        app.Services.GetRequiredService<QueryPrompts>();
        app.Services.GetRequiredService<SummaryPrompt>();
        app.UseMiddleware<RequestContextMiddleware>();
        app.UseMiddleware<ErrorMiddleware>();
        app.Use(TimeoutHeader.ApplyAsync);
        app.UseRouting();
        app.MapHttpDoor();
        app.MapGrpcDoor();
        return app;
    }

    private static void AddGatewayOptions(this WebApplicationBuilder builder)
    {
        // First, so that every other source of configuration can change what it says.
        builder.Configuration.Sources.Insert(0, new JsonConfigurationSource
        {
            Path = AssistantsFile,
            FileProvider = new PhysicalFileProvider(AppContext.BaseDirectory),
        });
        builder.Services.AddValidatedOptions<GatewayOptions>("Gateway");
        builder.Services.AddValidatedOptions<PoolOptions>("Gateway");
        builder.Services.AddValidatedOptions<AssistantsOptions>("Assistants");
        builder.Services.AddValidatedOptions<ModelsOptions>("Models");
        builder.Services.AddValidatedOptions<TextOptions>("Telemetry");
        builder.Services.AddValidatedOptions<QuotingOptions>("Quoting");
        builder.Services.AddValidatedOptions<CitationOptions>("Citations");
        builder.Services.AddValidatedOptions<QueryWritingOptions>("Gateway:QueryWriting");
        builder.Services.AddValidatedOptions<SummaryOptions>("Gateway:Summaries");
        builder.Services.AddOptions<KestrelServerOptions>().Configure<IOptions<GatewayOptions>>(
            (kestrel, gateway) => kestrel.Limits.MaxRequestBodySize = HardLimitFactor * gateway.Value.BodyBytesMax);
    }

    private static void AddUpstreams(this IServiceCollection services)
    {
        services.AddGatedClient("guardrails", invoker => new GuardrailsService.GuardrailsServiceClient(invoker), Idempotent(
            GuardrailsService.Descriptor, "CheckInput", "CheckOutput", "Explain", "ListPolicies", "Moderate", "CheckGrounding"));
        services.AddGatedClient("embedding", invoker => new EmbeddingService.EmbeddingServiceClient(invoker), Idempotent(
            EmbeddingService.Descriptor, "Embed", "ListModels"));
        services.AddGatedClient("retrieval", invoker => new RetrievalService.RetrievalServiceClient(invoker), Idempotent(
            RetrievalService.Descriptor,
            "BuildContext", "Search", "ListCollections", "GetDocument", "ListDocuments", "ReadSpan", "GetJob", "ListJobs"));
        services.AddGatedClient("sessions", invoker => new SessionsService.SessionsServiceClient(invoker), Idempotent(
            SessionsService.Descriptor,
            "GetWindow", "AppendMessages", "GetConversation", "ListConversations", "ListMessages", "GetMessage", "ListBranches",
            "ListSiblings", "SetHead", "PutTokenCounts", "PutSummary"));
        services.AddResilience();
        services.AddDirectMember();
        services.AddSingleton<PoolMembers>();
        services.AddSingleton<PoolTelemetry>();
        services.AddSingleton<MemberPicker>();
        services.AddSingleton<PoolSignals>();
        services.AddSingleton<HedgeTimer>();
        services.AddSingleton<InferencePool>();
        services.AddHostedService<PoolWatcher>();
    }

    private static Action<ServiceClientOptions> Idempotent(Google.Protobuf.Reflection.ServiceDescriptor service, params string[] methods) =>
        options => options.RetryIdempotent(methods.Select(service.FindMethodByName));

    private static void AddPipeline(this IServiceCollection services)
    {
        services.AddSingleton<GatewayTelemetry>();
        services.AddSingleton<TextRecorder>();
        services.AddExplanations();
        services.AddSingleton(
            provider => QueryPrompts.Load(provider.GetRequiredService<IOptions<QueryWritingOptions>>().Value.PromptFolder));
        services.AddSingleton<AssistantCatalog>();
        services.AddSingleton<ModelCatalog>();
        services.AddSingleton<ModelDirectory>();
        services.AddSingleton<ChatPlanner>();
        services.AddSingleton<InputGuard>();
        services.AddSingleton<ClearedTexts>();
        services.AddSingleton<PassageGuard>();
        services.AddSingleton<CollectionModels>();
        services.AddSingleton<QueryEmbedder>();
        services.AddConversations();
        services.AddSingleton<QueryWriter>();
        services.AddSingleton<ContextRetriever>();
        services.AddPrompts();
        services.AddSingleton<Generator>();
        services.AddSingleton<QuoteCascade>();
        services.AddSingleton<OutputGuard>();
        services.AddSingleton<Citer>();
        services.AddSingleton<ChatSteps>();
        services.AddSingleton<RequestFrame>();
        services.AddSingleton<ChatPipeline>();
    }

    private static void AddConversations(this IServiceCollection services)
    {
        services.AddSingleton(provider => SummaryPrompt.Load(provider.GetRequiredService<IOptions<SummaryOptions>>().Value.PromptFolder));
        services.AddSingleton<TokenCounter>();
        services.AddSingleton<SummaryText>();
        services.AddSingleton<ConversationSummarizer>();
        services.AddHostedService(provider => provider.GetRequiredService<ConversationSummarizer>());
        services.AddSingleton<ConversationHistory>();
    }

    private static void AddHttpDoor(this IServiceCollection services)
    {
        services.AddSingleton<EmbeddingRuntime>();
        services.AddSingleton<JsonBody>();
        services.AddSingleton<UsageReports>();
        services.AddSingleton<ChatEndpoint>();
        services.AddCompletions();
        services.AddSingleton<EmbeddingsEndpoint>();
        services.AddSingleton<ModelsEndpoint>();
        services.AddSingleton<VectorSettings>();
        services.AddSingleton<CollectionsEndpoints>();
        services.AddSingleton<DocumentsEndpoints>();
        services.AddSingleton<DocumentUpload>();
        services.AddSingleton<FormUpload>();
        services.AddSingleton<JobsEndpoints>();
        services.AddSingleton<SearchEndpoints>();
        services.AddSingleton<ConversationsEndpoints>();
        services.AddSingleton<ItemsEndpoints>();
        services.AddAnthropic();
        services.AddFiles();
        services.AddBatches();
        services.AddVectorStores();
        services.AddModerations();
        services.AddGuardrailsApi();
        services.AddRerank();
        services.AddOpenApi();
    }

    // Calls of unknown services would match every POST on a path of two segments, so that nobody learnt of a wrong method on it.
    private static void AddGrpcDoor(this IServiceCollection services) =>
        services.Configure<GrpcServiceOptions>(options => options.IgnoreUnknownServices = true);

    private static void MapHttpDoor(this WebApplication app)
    {
        var v1 = app.MapGroup("/v1");
        v1.MapPost("/chat/completions", (HttpContext context, ChatEndpoint chat) => chat.HandleAsync(context));
        v1.MapPost("/embeddings", (HttpContext context, EmbeddingsEndpoint embeddings) => embeddings.HandleAsync(context));
        app.MapGet(UsageHeaders.Path + "/{id}", (string id, UsageReports reports) => reports.Take(id));
        v1.MapCompletions();
        v1.MapModels();
        v1.MapCollections();
        v1.MapDocuments();
        v1.MapJobs();
        v1.MapSearch();
        v1.MapExplain();
        v1.MapConversations();
        v1.MapResponses();
        v1.MapAnthropic();
        v1.MapFiles();
        v1.MapBatches();
        v1.MapVectorStores();
        v1.MapModerations();
        v1.MapGuardrailsApi();
        v1.MapRerank();
        app.MapOpenApi();
    }

    private static void MapGrpcDoor(this WebApplication app)
    {
        app.MapGrpcService<ChatRpc>();
        app.MapGrpcService<ModelsRpc>();
        app.MapGrpcService<EmbeddingsRpc>();
        app.MapGrpcService<RerankRpc>();
    }
}

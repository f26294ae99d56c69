using Microsoft.Extensions.Options;
using Millrace.ServiceDefaults.Configuration;
using Millrace.ServiceDefaults.Hosting;
using Millrace.Sessions.Conversations;
using Millrace.Sessions.Explanations;
using Millrace.Sessions.Files;
using Millrace.Sessions.Grpc;
using Millrace.Sessions.Messages;
using Millrace.Sessions.Retention;
using Millrace.Sessions.Runs;
using Millrace.Sessions.Storage;
using Millrace.Sessions.Summaries;
using Millrace.Sessions.Telemetry;
using Millrace.Sessions.Windowing;

namespace Millrace.Sessions;

/// <summary>The one door of the session store.</summary>
public static class SessionsServiceExtensions
{
    /// <summary>Adds the conversations and their store. A database that cannot be used is told before the service listens.</summary>
    public static WebApplicationBuilder AddSessions(this WebApplicationBuilder builder)
    {
        builder.Services.AddValidatedOptions<ConversationOptions>("Sessions");
        builder.Services.AddValidatedOptions<StoreOptions>("Sessions:Store");
        builder.Services.AddValidatedOptions<RetentionOptions>("Sessions:Retention");
        builder.Services.AddValidatedOptions<RunOptions>("Sessions:Runs");
        builder.Services.AddStore();
        builder.Services.AddFiles();
        builder.Services.AddSingleton<SessionsTelemetry>();
        builder.Services.AddSingleton<ConversationService>();
        builder.Services.AddSingleton<MessageService>();
        builder.Services.AddSingleton<SummaryService>();
        builder.Services.AddSingleton<WindowService>();
        builder.Services.AddSingleton<ConversationExport>();
        builder.Services.AddHostedService<RetentionSweeper>();
        builder.Services.AddRuns();
        builder.Services.AddExplanations();
        builder.Services.AddHealthChecks().AddCheck<StoreHealthCheck>("store");
        return builder;
    }

    /// <summary>Maps the gRPC service.</summary>
    public static WebApplication MapSessions(this WebApplication app)
    {
        app.MapGrpcService<SessionsGrpcService>();
        app.MapGrpcService<RunsGrpcService>();
        app.MapGrpcService<RunWorkGrpcService>();
        app.MapGrpcService<ExplanationsGrpcService>();
        app.MapFiles();
        return app;
    }

    private static void AddStore(this IServiceCollection services)
    {
        services.AddSingleton<IDatabase>(provider => Database(
            provider.GetRequiredService<IConfiguration>(),
            provider.GetRequiredService<IOptions<StoreOptions>>().Value,
            provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<IConversationStore, SqlConversationStore>();
        services.AddSingleton<IMessageStore, SqlMessageStore>();
        services.AddSingleton<ISummaryStore, SqlSummaryStore>();
        services.AddHostedService<StoreOpening>();
    }

    private static IDatabase Database(IConfiguration configuration, StoreOptions options, TimeProvider time)
    {
        if (options.Kind == StoreKind.Sqlite)
            return new SqliteDatabase(Path.Combine(DataFolders.For(configuration, "sessions"), "sessions.db"));
        return configuration.GetConnectionString("sessions") is { Length: > 0 } connection
            ? new PostgresDatabase(connection, options, time)
            : throw new StartupException(
                "Sessions:Store:Kind is Postgres and ConnectionStrings:sessions is missing. Set it to "
                    + "Host=HOST;Port=5432;Username=USER;Password=PASSWORD;Database=sessions.");
    }
}

using Millrace.ServiceDefaults.Configuration;
using Millrace.ServiceDefaults.Hosting;
using Millrace.Sessions.Conversations;
using Millrace.Sessions.Grpc;
using Millrace.Sessions.Storage;

namespace Millrace.Sessions;

/// <summary>The one door of the session store.</summary>
public static class SessionsServiceExtensions
{
    /// <summary>Adds the conversations and their store.</summary>
    public static WebApplicationBuilder AddSessions(this WebApplicationBuilder builder)
    {
        builder.Services.AddValidatedOptions<ConversationOptions>("Sessions");
        builder.Services.AddSingleton(_ => new SqliteDatabase(
            Path.Combine(DataFolders.For(builder.Configuration, "sessions"), "sessions.db"), SqliteConversationStore.Schema));
        builder.Services.AddSingleton<IConversationStore, SqliteConversationStore>();
        builder.Services.AddSingleton<ConversationService>();
        builder.Services.AddHealthChecks().AddCheck<StoreHealthCheck>("store");
        return builder;
    }

    /// <summary>Maps the gRPC service. A database that cannot be opened is told here, before the first request.</summary>
    public static WebApplication MapSessions(this WebApplication app)
    {
        app.Services.GetRequiredService<SqliteDatabase>();
        app.MapGrpcService<SessionsGrpcService>();
        return app;
    }
}

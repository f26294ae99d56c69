using Millrace.ServiceDefaults.Configuration;
using Millrace.Sessions.Batches;

namespace Millrace.Sessions.Files;

/// <summary>Registers and maps files and batches.</summary>
internal static class FileServices
{
    public static void AddFiles(this IServiceCollection services)
    {
        services.AddValidatedOptions<StoredFileOptions>("Sessions:Files");
        services.AddSingleton<IFileStore, SqlFileStore>();
        services.AddSingleton<FileService>();
        services.AddSingleton<IBatchStore, SqlBatchStore>();
        services.AddSingleton<BatchService>();
        services.AddSingleton<BatchWork>();
        services.AddHostedService<FileSweeper>();
    }

    public static void MapFiles(this IEndpointRouteBuilder app)
    {
        app.MapGrpcService<FilesGrpcService>();
        app.MapGrpcService<BatchesGrpcService>();
        app.MapGrpcService<BatchWorkGrpcService>();
    }
}

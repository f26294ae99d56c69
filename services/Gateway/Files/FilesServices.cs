using Millrace.Contracts.Sessions.V1;
using Millrace.ServiceDefaults.Clients;

namespace Millrace.Gateway.Files;

/// <summary>Registers and maps files.</summary>
internal static class FilesServices
{
    private const string One = "/files/{id}";

    public static void AddFiles(this IServiceCollection services)
    {
        services.AddServiceClient(
            "sessions",
            invoker => new FilesService.FilesServiceClient(invoker),
            options => options.RetryIdempotent(
                ((string[])["GetFile", "ListFiles"]).Select(FilesService.Descriptor.FindMethodByName)));
        services.AddSingleton<FileUpload>();
        services.AddSingleton<FilesEndpoints>();
    }

    public static void MapFiles(this IEndpointRouteBuilder v1)
    {
        v1.MapPost("/files", (HttpContext context, FilesEndpoints files) => files.UploadAsync(context));
        v1.MapGet("/files", (HttpContext context, FilesEndpoints files) => files.ListAsync(context.Request, context.RequestAborted));
        v1.MapGet(One, (string id, FilesEndpoints files, CancellationToken cancellationToken) => files.GetAsync(id, cancellationToken));
        v1.MapGet(One + "/content", (string id, HttpContext context, FilesEndpoints files) => files.ReadAsync(id, context));
        v1.MapDelete(One, (string id, FilesEndpoints files, CancellationToken cancellationToken) =>
            files.DeleteAsync(id, cancellationToken));
    }
}

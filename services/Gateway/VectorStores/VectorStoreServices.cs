namespace Millrace.Gateway.VectorStores;

/// <summary>Registers and maps vector stores.</summary>
internal static class VectorStoreServices
{
    private const string All = "/vector_stores";
    private const string One = All + "/{id}";
    private const string Files = One + "/files";
    private const string File = Files + "/{**fileId}";
    private const string Batches = One + "/file_batches";
    private const string Batch = Batches + "/{batch}";

    public static void AddVectorStores(this IServiceCollection services)
    {
        services.AddSingleton<FileAttaching>();
        services.AddSingleton<VectorStoresEndpoints>();
        services.AddSingleton<StoreFilesEndpoints>();
    }

    public static void MapVectorStores(this IEndpointRouteBuilder v1)
    {
        v1.MapPost(All, (HttpContext context, VectorStoresEndpoints stores) => stores.CreateAsync(context));
        v1.MapGet(All, (HttpContext context, VectorStoresEndpoints stores) => stores.ListAsync(context.Request, context.RequestAborted));
        v1.MapGet(One, (string id, VectorStoresEndpoints stores, CancellationToken cancellationToken) =>
            stores.GetAsync(id, cancellationToken));
        v1.MapPost(One, (string id, HttpContext context, VectorStoresEndpoints stores) => stores.UpdateAsync(id, context));
        v1.MapDelete(One, (string id, VectorStoresEndpoints stores, CancellationToken cancellationToken) =>
            stores.DeleteAsync(id, cancellationToken));
        v1.MapPost(One + "/search", (string id, HttpContext context, VectorStoresEndpoints stores) => stores.SearchAsync(id, context));
        v1.MapFiles();
        v1.MapBatches();
    }

    private static void MapFiles(this IEndpointRouteBuilder v1)
    {
        v1.MapPost(Files, (string id, HttpContext context, StoreFilesEndpoints files) => files.AttachAsync(id, context));
        v1.MapGet(Files, (string id, HttpContext context, StoreFilesEndpoints files) =>
            files.ListAsync(id, string.Empty, context.Request, context.RequestAborted));
        v1.MapGet(File, (string id, string fileId, StoreFilesEndpoints files, CancellationToken cancellationToken) =>
            files.GetAsync(id, fileId, cancellationToken));
        v1.MapPost(File, (string id, string fileId, HttpContext context, StoreFilesEndpoints files) =>
            files.UpdateAsync(id, fileId, context));
        v1.MapDelete(File, (string id, string fileId, StoreFilesEndpoints files, CancellationToken cancellationToken) =>
            files.DeleteAsync(id, fileId, cancellationToken));
    }

    private static void MapBatches(this IEndpointRouteBuilder v1)
    {
        v1.MapPost(Batches, (string id, HttpContext context, StoreFilesEndpoints files) => files.AttachManyAsync(id, context));
        v1.MapGet(Batch, (string id, string batch, StoreFilesEndpoints files, CancellationToken cancellationToken) =>
            files.GetBatchAsync(id, batch, cancellationToken));
        v1.MapPost(Batch + "/cancel", (string id, string batch, StoreFilesEndpoints files, CancellationToken cancellationToken) =>
            files.CancelBatchAsync(id, batch, cancellationToken));
        v1.MapGet(Batch + "/files", (string id, string batch, HttpContext context, StoreFilesEndpoints files) =>
            files.ListAsync(id, batch, context.Request, context.RequestAborted));
    }
}

using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Millrace.Retrieval.Filtering;
using Millrace.Retrieval.Index.Embedded.Words;
using Millrace.ServiceDefaults.Errors;
using Millrace.VectorIndex;

namespace Millrace.Retrieval.Index.Embedded;

/// <summary>
/// The index in the service's own data folder: one folder for each generation, below one for each tenant. A folder that is damaged is
/// deleted, and filled again from the documents.
/// </summary>
internal sealed class EmbeddedIndex : IChunkIndex, IDisposable
{
    private const int WrongTables = 1;
    private const int CorruptDatabase = 11;
    private const int TooBig = 18;
    private const int NotADatabase = 26;

    private static readonly IndexRanking Nothing = new([], "nothing to search", VisitedCount: 0);

    private readonly string _folder;
    private readonly RepairRequests _repairs;
    private readonly ILogger<EmbeddedIndex> _logger;
    private readonly OpenIndexes _open;

    /// <param name="folder">The folder of all indexes.</param>
    /// <param name="options">How they are searched.</param>
    /// <param name="repairs">Is told of those that are damaged or missing.</param>
    /// <param name="logger">Is told of those that are damaged.</param>
    public EmbeddedIndex(string folder, RetrievalOptions options, RepairRequests repairs, ILogger<EmbeddedIndex> logger)
    {
        (_folder, _repairs, _logger) = (folder, repairs, logger);
        var settings = new OpenIndexSettings(
            new FieldWeights(options.Search.TitleWeight, options.Search.BreadcrumbWeight, Body: 1),
            options.EmbeddedIndex.FiltersMax,
            options.EmbeddedIndex.MapVectors);
        _open = new OpenIndexes(options.EmbeddedIndex.OpenMax, (id, dimension) => Open(id, dimension, settings));
    }

    /// <inheritdoc/>
    public Task OpenAsync(IndexSettings settings, CancellationToken cancellationToken) => RunAsync(
        settings.Id,
        settings.Dimension,
        index => index?.Dimension == settings.Dimension ? true : throw OtherDimension(settings, index),
        cancellationToken);

    /// <inheritdoc/>
    public Task DropAsync(IndexId index, CancellationToken cancellationToken) =>
        Task.Run(() => _open.Close(index, () => DeleteFolder(FolderOf(index))), cancellationToken);

    /// <inheritdoc/>
    public Task PutAsync(IndexId index, IReadOnlyList<IndexDocument> documents, CancellationToken cancellationToken) =>
        RunAsync(index, 0, opened => Put(opened, documents), cancellationToken);

    /// <inheritdoc/>
    public Task RemoveAsync(IndexId index, IReadOnlyCollection<long> chunks, CancellationToken cancellationToken) =>
        ChangeAsync(index, opened => opened.Remove(chunks), cancellationToken);

    /// <inheritdoc/>
    public Task SetAttributesAsync(IndexId index, DocumentAttributes document, CancellationToken cancellationToken) =>
        ChangeAsync(index, opened => opened.SetAttributes(document), cancellationToken);

    /// <inheritdoc/>
    public Task<IndexRanking> DenseAsync(IndexId index, DenseQuery query, CancellationToken cancellationToken) =>
        SearchAsync(index, opened => opened.Dense(query), cancellationToken);

    /// <inheritdoc/>
    public Task<IndexRanking> KeywordAsync(IndexId index, WordQuery query, CancellationToken cancellationToken) =>
        SearchAsync(index, opened => opened.Keyword(query, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task<IndexRanking?> TryFusedAsync(IndexId index, FusedQuery query, CancellationToken cancellationToken) =>
        Task.FromResult<IndexRanking?>(null);

    /// <inheritdoc/>
    public async IAsyncEnumerable<long> ChunksAsync(IndexId index, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var chunk in await RunAsync(index, 0, opened => opened?.Chunks() ?? [], cancellationToken)) yield return chunk;
    }

    /// <inheritdoc/>
    public void Dispose() => _open.Dispose();

    private Task<IndexRanking> SearchAsync(IndexId id, Func<OpenIndex, IndexRanking> search, CancellationToken cancellationToken) =>
        RunAsync(id, 0, index => index is null ? Missing(id) : search(index), cancellationToken);

    // What is put must not be lost: who puts opens the index again.
    private static bool Put(OpenIndex? index, IReadOnlyList<IndexDocument> documents)
    {
        if (index is null) throw new MillraceException(Reason.UpstreamUnavailable, "The index is not open. It is opened again soon.");
        index.Put(documents);
        return true;
    }

    private Task<bool> ChangeAsync(IndexId id, Action<OpenIndex> change, CancellationToken cancellationToken) => RunAsync(
        id,
        0,
        index =>
        {
            if (index is not null) change(index);
            return index is not null;
        },
        cancellationToken);

    // Everything here computes or reads files: it never waits for anybody, and so runs on a thread of the pool.
    private Task<T> RunAsync<T>(IndexId id, int dimension, Func<OpenIndex?, T> use, CancellationToken cancellationToken) =>
        Task.Run(() => Use(id, dimension, use), cancellationToken);

    private T Use<T>(IndexId id, int dimension, Func<OpenIndex?, T> use)
    {
        OpenIndex? used = null;
        try
        {
            try
            {
                return _open.Use(id, dimension, index => use(used = index));
            }
            catch (Exception error) when (IsDamage(error))
            {
                Discard(id, used, error);
                return _open.Use(id, dimension, use);
            }
        }
        catch (Exception error) when (IsDamage(error) || IsRefusalOfTheDisk(error))
        {
            EmbeddedIndexLog.Unusable(_logger, FolderOf(id), error);
            throw new MillraceException(
                Reason.UpstreamUnavailable,
                "The index cannot be read or written now. If it stays so, look after the service's disk; its log says more.",
                error);
        }
    }

    private void Discard(IndexId id, OpenIndex? damaged, Exception error)
    {
        EmbeddedIndexLog.Discarded(_logger, FolderOf(id), error.Message);
        _open.Discard(id, damaged, () => DeleteFolder(FolderOf(id)));
        _repairs.Add(id);
    }

    // What was written and reads back as something that was never written is damage, whichever part of the program stumbles over it.
    private OpenIndex? Open(IndexId id, int dimension, OpenIndexSettings settings)
    {
        try
        {
            return OpenIndex.Open(FolderOf(id), dimension, settings);
        }
        catch (Exception error) when (IsNonsense(error))
        {
            throw new InvalidDataException(error.Message, error);
        }
    }

    private static bool IsNonsense(Exception error) => error
        is SqliteException { SqliteErrorCode: WrongTables }
        or JsonException or FormatException or InvalidCastException or InvalidOperationException or ArgumentException or OverflowException;

    private IndexRanking Missing(IndexId id)
    {
        _repairs.Add(id);
        return Nothing;
    }

    private static bool IsDamage(Exception error) => error switch
    {
        // Nothing that is written here is too big for SQLite; a length that was overwritten may say so.
        SqliteException sqlite => sqlite.SqliteErrorCode is CorruptDatabase or NotADatabase or TooBig,
        DamagedWordsException => true,
        VectorIndexException vectors => vectors.Fault is VectorIndexFault.Damaged or VectorIndexFault.Mismatch,
        _ => error is InvalidDataException,
    };

    private static bool IsRefusalOfTheDisk(Exception error) =>
        error is SqliteException or VectorIndexException or IOException or UnauthorizedAccessException;

    // A tenant's name may have any characters, and so its folder is named by a hash of it.
    private string FolderOf(IndexId id)
    {
        var tenant = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(id.Tenant)))[..16];
        return Path.Combine(_folder, tenant, string.Create(CultureInfo.InvariantCulture, $"{id.Collection}-{id.Generation}"));
    }

    private static void DeleteFolder(string folder)
    {
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
    }

    private static MillraceException OtherDimension(IndexSettings settings, OpenIndex? index) => MillraceException.InvalidArgument(
        "dimension",
        $"The index has vectors of length {index?.Dimension ?? 0}, and {settings.Dimension} is asked for. Index the collection anew.");
}

using System.Data.Common;
using Dapper;

namespace Millrace.Sessions.Storage;

/// <summary>One connection while a piece of work uses it.</summary>
/// <param name="Connection">The connection, with its transaction if there is one.</param>
/// <param name="Dialect">What the database says in its own way.</param>
/// <param name="CancellationToken">Ends a running statement.</param>
public sealed record SqlSession(DbConnection Connection, SqlDialect Dialect, CancellationToken CancellationToken)
{
    /// <summary>All rows.</summary>
    public async Task<List<T>> QueryAsync<T>(string sql, object parameters) =>
        (await Connection.QueryAsync<T>(Command(sql, parameters))).AsList();

    /// <summary>The one row, or null.</summary>
    public Task<T?> FindAsync<T>(string sql, object parameters)
        where T : class => Connection.QuerySingleOrDefaultAsync<T>(Command(sql, parameters))!;

    /// <summary>The one number.</summary>
    public Task<long> NumberAsync(string sql, object parameters) => Connection.ExecuteScalarAsync<long>(Command(sql, parameters));

    /// <summary>Runs a statement and returns the number of rows it changed.</summary>
    public Task<int> ExecuteAsync(string sql, object? parameters = null) => Connection.ExecuteAsync(Command(sql, parameters));

    private CommandDefinition Command(string sql, object? parameters) =>
        new(sql, parameters, cancellationToken: CancellationToken);
}

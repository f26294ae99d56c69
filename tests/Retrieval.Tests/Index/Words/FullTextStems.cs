using Microsoft.Data.Sqlite;

namespace Millrace.Retrieval.Tests.Index.Words;

/// <summary>What SQLite's FTS5 makes of words, with the tokenizer of the embedded index.</summary>
internal static class FullTextStems
{
    /// <summary>The terms of each word, several with a blank between them.</summary>
    public static IReadOnlyList<string> Of(IReadOnlyList<string> words)
    {
        SQLitePCL.Batteries_V2.Init();
        using var connection = new SqliteConnection("Data Source=:memory:");
        connection.Open();
        Execute(
            connection,
            """
            CREATE VIRTUAL TABLE words USING fts5(word, tokenize='porter unicode61 remove_diacritics 2');
            CREATE VIRTUAL TABLE terms USING fts5vocab(words, 'instance');
            """);
        using (var transaction = connection.BeginTransaction())
        {
            for (var i = 0; i < words.Count; i++) Insert(connection, i, words[i]);
            transaction.Commit();
        }

        return Read(connection, words.Count);
    }

    private static void Insert(SqliteConnection connection, int row, string word)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "INSERT INTO words (rowid, word) VALUES ($row, $word)";
        command.Parameters.AddWithValue("$row", row);
        command.Parameters.AddWithValue("$word", word);
        command.ExecuteNonQuery();
    }

    private static string[] Read(SqliteConnection connection, int count)
    {
        var terms = new List<(long Offset, string Term)>[count];
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT doc, offset, term FROM terms";
        using var reader = command.ExecuteReader();
        while (reader.Read()) (terms[reader.GetInt64(0)] ??= []).Add((reader.GetInt64(1), reader.GetString(2)));
        return Array.ConvertAll(terms, found => found is null ? "" : string.Join(' ', found.Order().Select(entry => entry.Term)));
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}

using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Options;

namespace Millrace.Retrieval.Encoders;

/// <summary>A tokenizer as it was kept.</summary>
/// <param name="Model">The tokenizer.</param>
/// <param name="CheckedAt">When the embedding service last said that it is the model's.</param>
internal sealed record KeptTokenizer(WordPieceModel Model, DateTimeOffset CheckedAt);

/// <summary>Tokenizers on disk, one file per model name, the least recently checked ones go first.</summary>
/// <param name="folder">The folder; made when it is missing.</param>
/// <param name="options">How many are kept.</param>
/// <param name="logger">Told of what cannot be read or written: neither stops anything.</param>
internal sealed class TokenizerFolder(string folder, IOptions<RetrievalOptions> options, ILogger<TokenizerFolder> logger)
{
    private const int NameBytes = 16;
    private const string Extension = ".json";

    /// <summary>The tokenizer that was kept for a model; null when there is none that can be used.</summary>
    public KeptTokenizer? Find(string model)
    {
        var path = PathOf(model);
        if (!File.Exists(path)) return null;
        try
        {
            var kept = JsonSerializer.Deserialize<KeptTokenizer>(File.ReadAllBytes(path));
            if (kept is { Model: { Vocabulary: not null, UnknownToken: not null } read } && read.IsWhole) return kept;
            EncoderLog.FileNotUsable(logger, path, "its content is not what was written");
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException)
        {
            EncoderLog.FileNotUsable(logger, path, error.Message);
        }

        return null;
    }

    /// <summary>Keeps a tokenizer.</summary>
    public void Keep(string model, KeptTokenizer tokenizer)
    {
        try
        {
            Directory.CreateDirectory(folder);
            var path = PathOf(model);
            var unfinished = path + ".new";
            File.WriteAllBytes(unfinished, JsonSerializer.SerializeToUtf8Bytes(tokenizer));
            File.Move(unfinished, path, overwrite: true);
            foreach (var old in Oldest()) old.Delete();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            EncoderLog.FileNotWritten(logger, model, error.Message);
        }
    }

    private IEnumerable<FileInfo> Oldest() => new DirectoryInfo(folder).GetFiles("*" + Extension)
        .OrderByDescending(file => file.LastWriteTimeUtc).Skip(options.Value.Tokenizers.KeptMax);

    // A model's name may hold anything; its hash is a file name everywhere.
    private string PathOf(string model) => Path.Combine(
        folder, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(model)).AsSpan(0, NameBytes)) + Extension);
}

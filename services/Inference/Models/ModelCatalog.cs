using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Millrace.Inference.Configuration;
using Millrace.Inference.Models.Memory;
using Millrace.LlamaCpp;
using Millrace.LlamaCpp.Gguf;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Inference.Models;

/// <summary>
/// The model files on disk: those of <c>MILLRACE_MODELS_DIR</c>, and the one that <c>Inference:Model</c> names by path. The folder is
/// looked at whenever a model is asked for that is not in memory, so a new file can be used at once; a file's head is read again only
/// when the file has changed.
/// </summary>
internal sealed class ModelCatalog(IConfiguration configuration, IOptions<InferenceOptions> options)
{
    private const string Extension = ".gguf";
    private const int ListedNamesMax = 20;

    private readonly ConcurrentDictionary<string, ModelFile> _heads = new(StringComparer.Ordinal);
    private volatile string? _firstName;

    /// <summary>The folder with models.</summary>
    public string Folder { get; } =
        Path.GetFullPath(configuration["MILLRACE_MODELS_DIR"] is { Length: > 0 } folder ? folder : "models");

    private string Configured => options.Value.Model;

    private bool ConfiguredIsPath =>
        Configured.EndsWith(Extension, StringComparison.OrdinalIgnoreCase) || Configured.Contains(Path.DirectorySeparatorChar);

    /// <summary>Name of the model for requests that name none; null when there is no model. Once found, it stays.</summary>
    public string? DefaultName =>
        ConfiguredIsPath ? NameOf(Configured) : Configured.Length > 0 ? Configured : _firstName ??= Servable().FirstOrDefault()?.Name;

    /// <summary>The models that can be asked for, by name; those that cannot be read are among them, with their problem.</summary>
    public IEnumerable<ModelFile> Servable() => Files().Where(file => !file.IsEncoder);

    /// <summary>The model of this name; the default model for an empty one.</summary>
    /// <exception cref="MillraceException">
    /// <see cref="Reason.ModelNotFound"/> when there is none, or it does not generate; <see cref="Reason.ModelUnavailable"/> when its
    /// file cannot be read.
    /// </exception>
    public ModelFile Find(string name)
    {
        var file = Known(NameFor(name));
        if (file.IsEncoder) throw Encoder(file);
        return file.Problem is null ? file : throw new MillraceException(Reason.ModelUnavailable, file.Problem);
    }

    /// <summary>The name that a request means: that of the default model for an empty one.</summary>
    /// <exception cref="MillraceException"><see cref="Reason.ModelNotFound"/>: there is no model at all.</exception>
    public string NameFor(string name) => name.Length > 0 ? name : DefaultName ?? throw NoModels();

    /// <summary>Refuses a name that no file has.</summary>
    /// <exception cref="MillraceException"><see cref="Reason.ModelNotFound"/>.</exception>
    public void RequireKnown(string name) => Known(name);

    private ModelFile Known(string name) => Files().FirstOrDefault(file => file.Name == name) ?? throw Unknown(name);

    private IEnumerable<ModelFile> Files()
    {
        var paths = Directory.Exists(Folder) ? Directory.EnumerateFiles(Folder, "*" + Extension) : [];
        if (ConfiguredIsPath) paths = paths.Prepend(Path.GetFullPath(Configured));
        return paths.DistinctBy(NameOf, StringComparer.Ordinal).OrderBy(NameOf, StringComparer.Ordinal).Select(Head);
    }

    private ModelFile Head(string path)
    {
        var changedAt = File.GetLastWriteTimeUtc(path);
        if (_heads.TryGetValue(path, out var known) && known.ChangedAt == changedAt) return known;
        var file = ReadHead(path) with { ChangedAt = changedAt };
        _heads[path] = file;
        return file;
    }

    private static ModelFile ReadHead(string path)
    {
        try
        {
            var head = GgufHeader.Read(path);
            GgufRules.RequireModel(head, path);
            return new ModelFile(NameOf(path), path, head.Architecture, head.FileBytes) { Shape = ModelShape.Of(head) };
        }
        catch (LlamaException error)
        {
            return new ModelFile(NameOf(path), path, "", 0, error.Message);
        }
    }

    private static string NameOf(string path) => Path.GetFileNameWithoutExtension(path);

    private MillraceException NoModels() => new(
        Reason.ModelNotFound,
        $"There is no model to generate with in {Folder}. Put a GGUF file there, or set Inference:Model to the path of one.")
    {
        Param = "model",
    };

    /// <summary>What is told whoever asks for a model that is not there.</summary>
    public MillraceException Unknown(string name)
    {
        var names = Servable().Where(file => file.Problem is null).Select(file => file.Name).Take(ListedNamesMax);
        return new MillraceException(
            Reason.ModelNotFound, $"There is no model '{Shortened(name)}'. This member has: {string.Join(", ", names)}.")
        {
            Param = "model",
        };
    }

    private static MillraceException Encoder(ModelFile file) => new(
        Reason.ModelNotFound,
        $"The model '{file.Name}' is an encoder ({file.Architecture}): it makes embeddings or scores and cannot generate text. "
        + "Use it through the embedding service.")
    {
        Param = "model",
    };

    private static string Shortened(string name) => name.Length <= 100 ? name : name[..100] + "…";
}

using Millrace.Gateway.Assistants;

namespace Millrace.Gateway.Models;

/// <summary>All names that requests may give as a model: chat models, encoders and assistants.</summary>
public sealed class ModelDirectory(ModelCatalog models, AssistantCatalog assistants)
{
    /// <summary>The models of the pool and the encoders.</summary>
    public ModelCatalog Models => models;

    /// <summary>The assistants.</summary>
    public AssistantCatalog Assistants => assistants;

    /// <summary>The models, by name. An assistant hides a model of the same name.</summary>
    public async Task<IReadOnlyList<CatalogModel>> ListAsync(CancellationToken cancellationToken)
    {
        var served = await models.ListAsync(cancellationToken);
        var named = new List<CatalogModel>();
        foreach (var name in assistants.Names)
        {
            var model = await models.FindChatAsync(assistants.Find(name)?.Model ?? string.Empty, cancellationToken);
            named.Add(new CatalogModel(name, ModelKind.Assistant, model?.ContextTokensMax ?? 0));
        }

        return [.. named.Concat(served).DistinctBy(model => model.Id).OrderBy(model => model.Id, StringComparer.Ordinal)];
    }
}

using Millrace.Guardrails.Detection;

namespace Millrace.Guardrails.Names;

/// <summary>
/// Finds names of persons, places and organisations, nationalities, titles, addresses and what stands with them, by a tagger that was
/// trained on data written for this project. It decides from left to right and looks three tokens ahead, so that a stream is held
/// back for a few words only; see models/guards/data/names/README.md.
/// </summary>
internal sealed class EntityDetector : Detector
{
    /// <summary>Longest entity, in characters; a longer one is reported in parts.</summary>
    public const int EntityCharsMax = 160;

    private const int TokensUndecided = TagWindow.Ahead + 2;

    private readonly Lazy<EntityModel> _model;

    /// <summary>With the model of the service, which is read when the first text comes.</summary>
    public EntityDetector() => _model = new Lazy<EntityModel>(() => EntityModel.Shared);

    /// <summary>With a model.</summary>
    public EntityDetector(EntityModel model) => _model = new Lazy<EntityModel>(model);

    /// <inheritdoc/>
    public override IReadOnlyList<string> Rules { get; } = [.. EntityTags.Rules.Take(EntityTags.ReportedKinds)];

    /// <inheritdoc/>
    public override int CharsMax =>
        EntityCharsMax + (TokensUndecided * (EntityTokenizer.TokenCharsMax + EntityTokenizer.GapCharsMax));

    /// <inheritdoc/>
    public override Detection.Detection Begin() => new EntityDetection(_model.Value);
}

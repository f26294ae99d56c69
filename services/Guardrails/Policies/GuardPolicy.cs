using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Millrace.Guardrails.Detection;

namespace Millrace.Guardrails.Policies;

/// <summary>A validated policy, ready to run. Immutable.</summary>
public sealed class GuardPolicy
{
    /// <summary>Rule of texts that are too long.</summary>
    public const string LengthRule = "limit.input_length";

    private const int VersionDigits = 16;

    /// <summary>Prepares a policy.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="options">Valid options.</param>
    public GuardPolicy(string name, PolicyOptions options)
    {
        var (input, output) = (options.InputActions(), options.OutputActions());
        Name = name;
        InputCharsMax = options.InputCharsMax;
        Input = Rules(input, options.BlockScoreMin);
        Output = Rules(output, options.BlockScoreMin);
        Version = VersionOf(options, input, output);
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>Hash of all that the policy decides by: equal exactly when its content is.</summary>
    public string Version { get; }

    /// <summary>Longest input text, in UTF-16 code units.</summary>
    public int InputCharsMax { get; }

    /// <summary>Rules of texts on their way to a model.</summary>
    public RuleSet Input { get; }

    /// <summary>Rules of texts on their way to a user.</summary>
    public RuleSet Output { get; }

    private static RuleSet Rules(IReadOnlyDictionary<string, RuleAction> actions, float blockScoreMin)
    {
        var verdicts = actions.ToDictionary(
            pair => pair.Key,
            pair => new RuleVerdict(
                pair.Value, pair.Value == RuleAction.Block ? blockScoreMin : 0, IsDryRun: false, RuleActions.PlaceholderOf(pair.Key)));
        return new RuleSet(RecogniserCatalog.All, DetectorCatalog.All, new RuleActions(verdicts));
    }

    private static string VersionOf(
        PolicyOptions options, IReadOnlyDictionary<string, RuleAction> input, IReadOnlyDictionary<string, RuleAction> output)
    {
        var content = new StringBuilder()
            .Append(CultureInfo.InvariantCulture, $"{options.InputCharsMax}\n{options.BlockScoreMin:R}\n")
            .AppendJoin('\n', Lines("input", input).Concat(Lines("output", output)));
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(content.ToString()));
        return Convert.ToHexStringLower(hash)[..VersionDigits];
    }

    private static IEnumerable<string> Lines(string direction, IReadOnlyDictionary<string, RuleAction> actions) =>
        actions.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{direction} {pair.Key} {pair.Value}");
}

using System.Globalization;

namespace Millrace.Cli;

/// <summary>A verb, positional values, and options written <c>--name value</c> or <c>--flag</c>.</summary>
public sealed class Arguments
{
    private static readonly HashSet<string> Flags = ["--verbose", "--with-keys"];

    private readonly Dictionary<string, string> _options = new(StringComparer.Ordinal);
    private readonly List<string> _values = [];

    /// <summary>Reads the arguments of a command line.</summary>
    /// <exception cref="UsageException">An option has no value.</exception>
    public Arguments(IReadOnlyList<string> args)
    {
        for (var i = 0; i < args.Count; i++)
        {
            var arg = args[i];
            if (!arg.StartsWith("--", StringComparison.Ordinal)) _values.Add(arg);
            else if (Flags.Contains(arg)) _options[arg] = "true";
            else if (i + 1 < args.Count && !args[i + 1].StartsWith("--", StringComparison.Ordinal)) _options[arg] = args[++i];
            else throw new UsageException($"{arg} needs a value.");
        }
    }

    /// <summary>The first positional value.</summary>
    public string Verb => _values.Count > 0 ? _values[0] : "";

    /// <summary>The positional value behind the verb, or a later one.</summary>
    public string Value(string name, int position = 1) =>
        _values.Count > position ? _values[position] : throw new UsageException($"{name} is missing.");

    /// <summary>Whether a flag was given.</summary>
    public bool Has(string flag) => _options.ContainsKey(flag);

    /// <summary>The value of an option that must be there.</summary>
    public string Require(string option) =>
        _options.TryGetValue(option, out var value) ? value : throw new UsageException($"{option} is missing.");

    /// <summary>The value of an option; null when it is not there.</summary>
    public string? Find(string option) => _options.GetValueOrDefault(option);

    /// <summary>The values of an option, separated by commas; null when it is not there.</summary>
    public IReadOnlyList<string>? List(string option) =>
        Find(option)?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The whole number of an option; null when it is not there.</summary>
    public int? Number(string option) => _options.ContainsKey(option) ? Number(option, 0) : null;

    /// <summary>The time of an option, such as <c>30d</c>, <c>12h</c> or <c>45m</c>; null when it is not there.</summary>
    public TimeSpan? Time(string option)
    {
        if (Find(option) is not { } text) return null;
        var isNumber = int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number);
        return (isNumber ? text[^1] : ' ') switch
        {
            'd' => TimeSpan.FromDays(number),
            'h' => TimeSpan.FromHours(number),
            'm' => TimeSpan.FromMinutes(number),
            _ => throw new UsageException($"{option} is '{text}': give a time such as 30d, 12h or 45m."),
        };
    }

    /// <summary>The whole number of an option, or its default.</summary>
    public int Number(string option, int fallback)
    {
        if (!_options.TryGetValue(option, out var text)) return fallback;
        return int.TryParse(text, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new UsageException($"{option} is '{text}': give a whole number.");
    }

    /// <summary>The absolute URL of an option.</summary>
    public Uri Url(string option) => Uri.TryCreate(Require(option), UriKind.Absolute, out var url)
        ? url
        : throw new UsageException($"{option} is '{Require(option)}': give a URL such as http://localhost:8080.");
}

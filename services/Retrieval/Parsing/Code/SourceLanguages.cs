using System.Text.RegularExpressions;

namespace Millrace.Retrieval.Parsing.Code;

/// <summary>How the declarations of a language are nested.</summary>
internal enum CodeNesting
{
    /// <summary>By indentation; where a file has none, by braces.</summary>
    Blocks,

    /// <summary>Not at all: a declaration goes as far as the next one.</summary>
    Flat,
}

/// <summary>What is to be known of a language to find its declarations.</summary>
/// <param name="Type">Its media type and extensions.</param>
/// <param name="Declarations">Patterns of a line that declares something, with a group <c>name</c>.</param>
internal sealed record SourceLanguage(ReadableType Type, params IReadOnlyList<Regex> Declarations)
{
    /// <summary>How declarations are nested.</summary>
    public CodeNesting Nesting { get; init; } = CodeNesting.Blocks;

    /// <summary>What a line begins with that is only a comment.</summary>
    public IReadOnlyList<string> LineComments { get; init; } = ["//", "/*", "*"];
}

/// <summary>The languages whose structure is known, and the patterns that tell it.</summary>
internal static partial class SourceLanguages
{
    private static readonly string[] Hash = ["#"];
    private static readonly string[] HashAndSlashes = ["#", "//", "/*", "*"];

    /// <summary>All of them.</summary>
    public static IReadOnlyList<SourceLanguage> All { get; } =
    [
        new(new("text/x-csharp", ".cs", ".csx"), TypeKeyword(), TypedMethod()),
        new(new("text/x-java", ".java"), TypeKeyword(), TypedMethod()),
        new(new("text/x-kotlin", ".kt", ".kts"), TypeKeyword(), FunctionKeyword()),
        new(new("text/x-scala", ".scala"), TypeKeyword(), FunctionKeyword()),
        new(new("text/x-swift", ".swift"), TypeKeyword(), FunctionKeyword()),
        new(
            new("text/javascript", ".js", ".mjs", ".cjs", ".jsx") { Aliases = ["application/javascript", "application/x-javascript"] },
            TypeKeyword(), FunctionKeyword(), ScriptFunction(), ScriptMethod()),
        new(
            new("text/typescript", ".ts", ".tsx", ".mts", ".cts") { Aliases = ["application/typescript", "text/x-typescript"] },
            TypeKeyword(), FunctionKeyword(), ScriptFunction(), ScriptMethod()),
        new(new("text/x-python", ".py", ".pyi") { Aliases = ["text/x-python-script", "application/x-python-code"] }, Python())
        { LineComments = Hash },
        new(new("text/x-go", ".go"), FunctionKeyword(), GoType()),
        new(new("text/x-rust", ".rs") { Aliases = ["text/rust"] }, TypeKeyword(), FunctionKeyword(), RustImpl()),
        new(new("text/x-c", ".c", ".h") { Aliases = ["text/x-csrc", "text/x-chdr"] }, TypeKeyword(), TypedMethod()),
        new(
            new("text/x-c++", ".cpp", ".cc", ".cxx", ".hpp", ".hh", ".hxx", ".cu") { Aliases = ["text/x-c++src", "text/x-c++hdr"] },
            TypeKeyword(), TypedMethod()),
        new(new("text/x-ruby", ".rb", ".rake") { Aliases = ["application/x-ruby"] }, Ruby()) { LineComments = Hash },
        new(new("text/x-php", ".php") { Aliases = ["application/x-php", "application/x-httpd-php"] }, TypeKeyword(), FunctionKeyword())
        { LineComments = HashAndSlashes },
        new(new("text/x-sh", ".sh", ".bash", ".zsh") { Aliases = ["application/x-sh", "text/x-shellscript"] }, Shell())
        { LineComments = Hash },
        new(new("text/x-powershell", ".ps1", ".psm1"), FunctionKeyword(), TypeKeyword()) { LineComments = Hash },
        new(new("text/x-lua", ".lua"), FunctionKeyword()) { LineComments = ["--"] },
        new(new("text/x-sql", ".sql") { Aliases = ["application/sql"] }, Sql())
        { Nesting = CodeNesting.Flat, LineComments = ["--", "/*", "*"] },
        new(new("text/x-protobuf", ".proto"), Protobuf()),
        new(new("text/x-toml", ".toml", ".ini", ".cfg", ".conf") { Aliases = ["application/toml"] }, Bracketed())
        { Nesting = CodeNesting.Flat, LineComments = ["#", ";"] },
        new(new("application/yaml", ".yaml", ".yml") { Aliases = ["text/yaml", "text/x-yaml", "application/x-yaml"] }, YamlKey())
        { LineComments = Hash },
        new(new("text/css", ".css", ".scss", ".less")),
    ];

    private const string Modifiers =
        @"^\s*(?:(?:public|private|protected|internal|static|sealed|abstract|partial|final|export|default|declare|readonly|unsafe|open|data"
        + @"|inline|async|virtual|override|pub(?:\([\w:]+\))?|case|companion|implicit|ref|file|typedef|const|suspend|operator|fileprivate"
        + @"|mutating|inner|enum(?=\s+class)|template<[^>]*>)\s+)*";

    [GeneratedRegex(
        Modifiers + @"(?:class|struct|interface|enum|record(?:\s+(?:class|struct))?|namespace|trait|object|protocol|extension|module|mod"
        + @"|union|package)\s+(?<name>[\w.$:]+)")]
    private static partial Regex TypeKeyword();

    [GeneratedRegex(
        Modifiers + @"(?:func|fun|fn|def|function|extern\s+""C""\s+fn)\b\s*\*?\s*(?:\([^)]*\)\s*)?(?:<[^>]*>\s*)?(?<name>[\w.$:-]+)")]
    private static partial Regex FunctionKeyword();

    // At least two words before the parenthesis, and the first of them begins no statement. Words are taken whole, so that a line of many
    // is not tried at each of its characters.
    [GeneratedRegex(
        @"^\s*(?!(?:return|if|else|for|foreach|while|switch|catch|using|lock|new|throw|await|case|do|goto|yield|typedef|delete|sizeof"
        + @"|assert|try|import|from|fixed|when|where|and|or|not|in|is|as|var|let)\b)"
        + @"(?>[\w<>\[\],.?*&:~@]+\s+)+[*&]*(?<name>[\w~:]+)(?:<[^>()]*>)?\s*\([^;=]*$")]
    private static partial Regex TypedMethod();

    [GeneratedRegex(
        @"^\s*(?:export\s+)?(?:default\s+)?(?:const|let|var)\s+(?<name>[\w$]+)\s*(?::[^=]+)?=\s*"
        + @"(?:async\s*)?(?:function|class|\(|[\w$]+\s*=>)")]
    private static partial Regex ScriptFunction();

    [GeneratedRegex(
        @"^\s*(?:(?:public|private|protected|static|async|get|set|readonly|override|abstract)\s+)*\*?"
        + @"(?!(?:if|for|while|switch|catch|function|return|with)\b)(?<name>[\w$#]+)\s*(?:<[^>]*>)?\([^;]*\)\s*(?::[^{;]+)?\{\s*$")]
    private static partial Regex ScriptMethod();

    [GeneratedRegex(@"^\s*(?:async\s+)?(?:def|class)\s+(?<name>\w+)")]
    private static partial Regex Python();

    [GeneratedRegex(@"^\s*type\s+(?<name>\w+)")]
    private static partial Regex GoType();

    [GeneratedRegex(@"^\s*(?:unsafe\s+)?impl(?:<[^>]*>)?\s+(?<name>[^{]+?)\s*(?:\{|where|$)")]
    private static partial Regex RustImpl();

    [GeneratedRegex(@"^\s*(?:def|class|module)\s+(?<name>[\w.:?!=<>]+)")]
    private static partial Regex Ruby();

    [GeneratedRegex(@"^\s*(?:function\s+(?<name>[\w:.-]+)|(?<name>[\w:.-]+)\s*\(\s*\))")]
    private static partial Regex Shell();

    [GeneratedRegex(
        @"^\s*CREATE\s+(?:OR\s+(?:REPLACE|ALTER)\s+)?(?:GLOBAL\s+|LOCAL\s+)?(?:TEMP(?:ORARY)?\s+|UNIQUE\s+|MATERIALIZED\s+)?(?:TABLE|VIEW"
        + @"|FUNCTION|PROCEDURE|TRIGGER|TYPE|SCHEMA|SEQUENCE|DOMAIN)\s+(?:IF\s+NOT\s+EXISTS\s+)?(?<name>[\w.""\[\]`]+)",
        RegexOptions.IgnoreCase)]
    private static partial Regex Sql();

    [GeneratedRegex(@"^\s*(?:message|service|enum|oneof|rpc)\s+(?<name>\w+)")]
    private static partial Regex Protobuf();

    [GeneratedRegex(@"^\s*\[+(?<name>[^\]]+)\]+\s*$")]
    private static partial Regex Bracketed();

    [GeneratedRegex(@"^(?:  )?(?<name>[\w./-]+):\s*$")]
    private static partial Regex YamlKey();
}

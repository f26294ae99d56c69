using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Millrace.Tidy.Tests.Checks;

/// <summary>How long files, methods and lines may be, and how many parameters a method may have.</summary>
public static class CodeShape
{
    public const int MethodLinesMax = 70;
    public const int FileLinesMax = 400;
    public const int LineCharsMax = 140;
    public const int ParametersMax = 5;

    public static IEnumerable<string> LongFiles(SourceFile file)
    {
        if (file.Lines.Length > FileLinesMax + 1) yield return $"{file.Path}: {file.Lines.Length} lines";
    }

    public static IEnumerable<string> LongLines(SourceFile file) => file.Lines
        .Select((line, i) => (Length: line.TrimEnd('\r').Length, Number: i + 1))
        .Where(line => line.Length > LineCharsMax)
        .Select(line => $"{file.Path}:{line.Number}: {line.Length} characters");

    public static IEnumerable<string> LongMethods(SourceFile file) => Bodies(file)
        .Select(body => (body.Name, body.Line, Lines: LineSpan(body.Node)))
        .Where(body => body.Lines > MethodLinesMax)
        .Select(body => $"{file.Path}:{body.Line}: {body.Name} has {body.Lines} lines");

    /// <summary>
    /// Overrides and imports are exempt, since their base or library decides, and so is the cancellation token, which is a convention.
    /// </summary>
    public static IEnumerable<string> WideMethods(SourceFile file) => Parse(file).DescendantNodes()
        .OfType<MethodDeclarationSyntax>()
        .Where(method => !method.Modifiers.Any(SyntaxKind.OverrideKeyword) && !IsImport(method))
        .Select(method => (method, Count: method.ParameterList.Parameters.Count(p => p.Type?.ToString() != "CancellationToken")))
        .Where(entry => entry.Count > ParametersMax)
        .Select(entry => $"{file.Path}:{Line(entry.method)}: {entry.method.Identifier.Text} has {entry.Count} parameters");

    /// <summary>Lines of every method, constructor, accessor and local function; medians are computed from them.</summary>
    public static IEnumerable<int> MethodLengths(SourceFile file) => Bodies(file).Select(body => LineSpan(body.Node));

    private static IEnumerable<(string Name, int Line, SyntaxNode Node)> Bodies(SourceFile file) => Parse(file).DescendantNodes()
        .OfType<BaseMethodDeclarationSyntax>()
        .Where(method => method.Body is not null || method.ExpressionBody is not null)
        .Select(method => (Name(method), Line(method), (SyntaxNode?)method.Body ?? method.ExpressionBody ?? (SyntaxNode)method));

    private static bool IsImport(MethodDeclarationSyntax method) =>
        method.AttributeLists.SelectMany(list => list.Attributes).Any(attribute => attribute.Name.ToString() == "LibraryImport");

    private static string Name(BaseMethodDeclarationSyntax method) => method switch
    {
        MethodDeclarationSyntax named => named.Identifier.Text,
        ConstructorDeclarationSyntax constructor => constructor.Identifier.Text,
        _ => method.Kind().ToString(),
    };

    private static SyntaxNode Parse(SourceFile file) =>
        CSharpSyntaxTree.ParseText(file.Text, new CSharpParseOptions(LanguageVersion.Preview)).GetRoot();

    private static int LineSpan(SyntaxNode node)
    {
        var span = node.GetLocation().GetLineSpan();
        return span.EndLinePosition.Line - span.StartLinePosition.Line + 1;
    }

    private static int Line(SyntaxNode node) => node.GetLocation().GetLineSpan().StartLinePosition.Line + 1;
}

using Millrace.Retrieval.Parsing;
using Millrace.Retrieval.Tests.Fixtures;

namespace Millrace.Retrieval.Tests.Parsing;

public sealed class SourceCodeParserTests
{
    [Fact]
    public void CSharp_Methods_AreSectionsWithTheirComments()
    {
        var document = Parse("text/x-csharp", """
            using System;

            namespace A.B;

            // Counts.
            public sealed class Counter(int start)
            {
                public int Start => start;

                /// <summary>Goes on.</summary>
                [Pure]
                public async Task<int> NextAsync(Func<int, int> step)
                {
                    var value = step(start);
                    return value;
                }
            }

            internal static class Other
            {
                private const int A = 1;
                private const int B = 2;
            }
            """);

        Assert.Equal("using System;\n\nnamespace A.B;", document.BodyUnder());
        Assert.Equal(
            "/// <summary>Goes on.</summary>\n    [Pure]\n    public async Task<int> NextAsync(Func<int, int> step)\n    {\n"
            + "        var value = step(start);\n        return value;\n    }",
            document.BodyUnder("Counter", "NextAsync"));
        Assert.Contains("private const int B", document.BodyUnder("Other"), StringComparison.Ordinal);
        Assert.StartsWith("// Counts.", document.TextOf(document.Sections[1]), StringComparison.Ordinal);
    }

    [Fact]
    public void Python_Methods_AreFoundByIndentation()
    {
        var document = Parse("text/x-python", """
            import os

            class Store:
                "Keeps things."

                # Puts one in.
                @traced
                def put(self, key):
                    if key:
                        return 1
                    return 2

            async def main():
                a = 1
                b = 2
                return a
            """);

        Assert.Equal(
            "# Puts one in.\n    @traced\n    def put(self, key):\n        if key:\n            return 1\n        return 2",
            document.BodyUnder("Store", "put"));
        Assert.StartsWith("async def main", document.BodyUnder("main"), StringComparison.Ordinal);
        Assert.Equal("import os", document.BodyUnder());
    }

    [Theory]
    [InlineData("text/x-java",
        "public class A {\n  private int x;\n  public int run(int b) throws E {\n    x = b;\n    return x;\n  }\n}", "A", "run")]
    [InlineData("text/x-go", "package p\n\nfunc (s *Store) Put(k string) error {\n\tif k == \"\" {\n\t\treturn nil\n\t}\n\treturn e\n}",
        "Put")]
    [InlineData("text/x-rust", "impl<T> Store for Map<T> {\n    pub fn put(&self) -> u8 {\n        let a = 1;\n        a\n    }\n}",
        "Store for Map<T>", "put")]
    [InlineData("text/typescript", "export const run = async (a: number) => {\n  a++;\n  a++;\n  return a;\n};", "run")]
    [InlineData("text/javascript", "class A {\n  async run(a) {\n    a++;\n    a++;\n    return a;\n  }\n}", "A", "run")]
    [InlineData("text/x-c++", "static int\nmain2(void) { return 1; }\n\nint run(int a,\n        int b)\n{\n    a++;\n    return b;\n}",
        "run")]
    [InlineData("text/x-ruby", "module A\n  class B\n    def run(a)\n      a += 1\n      a += 2\n      a\n    end\n  end\nend", "A",
        "B", "run")]
    [InlineData("text/x-php", "<?php\nfinal class A {\n    public function run($a) {\n        $a++;\n        return $a;\n    }\n}", "A",
        "run")]
    [InlineData("text/x-sh", "run() {\n  a=1\n  b=2\n  echo $a\n}", "run")]
    [InlineData("text/x-sql", "-- note\nCREATE OR REPLACE FUNCTION run() RETURNS int AS $$\nBEGIN\nRETURN 1;\nEND;", "run")]
    [InlineData("text/x-toml", "a = 1\n[server]\nport = 80\n", "server")]
    [InlineData("text/x-csharp", "class A\n{\nvoid Run(int a)\n{\na++;\na++;\n}\nint b;\n}", "A", "Run")]
    public void Declaration_OfEachLanguage_IsInTheBreadcrumb(string mediaType, string source, params string[] breadcrumb)
    {
        var document = Parse(mediaType, source);

        Assert.NotEmpty(document.BodyUnder(breadcrumb));
        Assert.Equal(Squeezed(source), Squeezed(document.Text));
    }

    [Fact]
    public void Member_AfterAMethod_BelongsToTheType()
    {
        var document = Parse("text/x-csharp",
            "class A\n{\n    void Run()\n    {\n        a();\n        b();\n    }\n\n    int last;\n}\nint end;");

        Assert.Equal(["A", "A/Run", "A", ""], document.Sections.Select(section => string.Join('/', section.Breadcrumb)));
        Assert.Equal("int end;", document.TextOf(document.Sections[^1]));
    }

    [Fact]
    public void Declaration_Short_StaysWithItsSurroundings()
    {
        Assert.Single(Parse("text/x-python", "def a():\n    return 1\n\ndef b():\n    return 2\n").Sections);
    }

    [Fact]
    public void Comment_WithDeclaration_IsNone()
    {
        Assert.Single(Parse("text/x-csharp", "/*\n class A\n {\n  x\n  y\n }\n*/\nint a;").Sections);
    }

    private static ParsedDocument Parse(string mediaType, string source)
    {
        var document = ParsedDocuments.Parse(mediaType, source);
        document.AssertValid();
        return document;
    }

    private static string Squeezed(string text) => string.Concat(text.Where(c => !char.IsWhiteSpace(c)));
}

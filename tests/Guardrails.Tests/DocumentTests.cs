using System.Text;
using Microsoft.Extensions.Configuration;
using Millrace.Guardrails.Policies;
using Millrace.TestShared;

namespace Millrace.Guardrails.Tests;

/// <summary>The operators' page: its examples are applied, and its table of rules is that of the catalogs.</summary>
public sealed class DocumentTests
{
    private const string AcceptVariable = "MILLRACE_ACCEPT_DOCUMENTS";
    private const string Begin = "<!-- rules -->\n";
    private const string End = "<!-- /rules -->";
    private const string TableHead = "| given | becomes |";

    private static readonly string Page = Path.Combine(RepoPaths.Root, "docs", "guardrails.md");

    [Fact]
    public void Examples_AreValidAndDoWhatTheySay()
    {
        var (examples, rows) = (0, 0);
        foreach (var (json, table) in Examples())
        {
            using var guard = new GuardUnderTest(Settings(json));
            foreach (var (given, becomes) in table)
            {
                Assert.Equal(becomes, guard.Output(given));
                rows++;
            }

            Assert.NotEmpty(guard.Policies.Current.Shared);
            examples++;
        }

        Assert.True(examples >= 3 && rows >= 7, $"{examples} examples with {rows} rows");
    }

    [Fact]
    public void Rules_AreThoseOfTheCatalogs()
    {
        var page = File.ReadAllText(Page);
        var start = page.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length;
        var end = page.IndexOf(End, StringComparison.Ordinal);
        var table = RuleTable();
        if (Environment.GetEnvironmentVariable(AcceptVariable) == "1") File.WriteAllText(Page, page[..start] + table + page[end..]);
        else Assert.True(page[start..end] == table, $"The rules have changed. Run this test once with {AcceptVariable}=1.");
    }

    private static string RuleTable()
    {
        var options = new PolicyOptions();
        var table = new StringBuilder("| rule | input | documents | output |\n|---|---|---|---|\n");
        foreach (var rule in RuleCatalog.Rules)
        {
            var actions = Enum.GetValues<GuardDirection>().Select(direction => options.VerdictOf(direction, rule).Action);
            table.Append($"| `{rule}` | ").AppendJoin(" | ", actions.Select(action => action.ToString().ToLowerInvariant())).Append(" |\n");
        }

        return table.ToString();
    }

    // Each block of settings with the table of texts that follows it, if one does before the next block.
    private static IEnumerable<(string Json, IReadOnlyList<(string Given, string Becomes)> Table)> Examples() =>
        File.ReadAllText(Page).Split("```json\n").Skip(1)
            .Select(part => part.Split("\n```", 2))
            .Select(parts => (parts[0], Table(parts[1])));

    private static IReadOnlyList<(string Given, string Becomes)> Table(string text)
    {
        var head = text.IndexOf(TableHead, StringComparison.Ordinal);
        return head < 0
            ? []
            : [.. text[head..].Split('\n').Skip(2).TakeWhile(line => line.StartsWith('|')).Select(line => line.Split('|'))
                .Select(cells => (cells[1].Trim().Trim('`'), cells[2].Trim().Trim('`')))];
    }

    private static IEnumerable<(string, string)> Settings(string json)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(json));
        var prefix = $"{GuardrailsOptions.Section}:";
        return [.. new ConfigurationBuilder().AddJsonStream(stream).Build().AsEnumerable()
            .Where(pair => pair.Value is not null).Select(pair => (pair.Key[prefix.Length..], pair.Value!))];
    }
}

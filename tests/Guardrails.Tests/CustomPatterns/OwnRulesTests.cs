using Millrace.Guardrails.CustomPatterns;
using Millrace.Guardrails.Filtering;
using Millrace.Guardrails.Policies;

namespace Millrace.Guardrails.Tests.CustomPatterns;

/// <summary>Patterns and lists of a tenant, run as a policy runs them.</summary>
public sealed class OwnRulesTests
{
    private static readonly TenantOptions Tenant = Own();

    private static readonly string[] Texts =
    [
        "See TKT-1234, tkt-99 and TKT-12345.",
        "Project Falcon and project   falcon, not Projects Falconry.",
        "Write to help@acme.example or HELP@acme.example, not to bob@example.com.",
        "Card 79927398713 or 79927398710, TKT-123", "x", "Project Falco", "Project ", "TKT-", "¡Falcón!", "Ｐroject Falcon",
    ];

    [Theory]
    [InlineData("See TKT-1234.", "See [REDACTED_TICKET].")]
    [InlineData("See tkt-1234 and XTKT-1234", "See tkt-1234 and XTKT-1234")]
    [InlineData("project  FALCON starts", "[REDACTED_DENY] starts")]
    [InlineData("Projects Falconry starts", "Projects Falconry starts")]
    [InlineData("help@ACME.example, bob@example.com", "help@ACME.example, [REDACTED_EMAIL]")]
    [InlineData("79927398713 79927398710", "[REDACTED_MEMBER] 79927398710")]
    [InlineData("the key is sесret", "the key is [REDACTED_WORD]")] // two letters are Cyrillic
    public void Output_IsMaskedByOwnRules(string text, string masked) => Assert.Equal(masked, Filter(text, [text]));

    [Fact]
    public void Output_CutAnywhere_IsTheSame()
    {
        foreach (var text in Texts)
        {
            var whole = Filter(text, [text]);
            for (var cut = 0; cut <= text.Length; cut++) Assert.Equal(whole, Filter(text, [text[..cut], text[cut..]]));
            Assert.Equal(whole, Filter(text, text.Select(c => c.ToString())));
        }
    }

    [Fact]
    public void Patterns_AsManyAsMayBe_AllRun()
    {
        var tenant = new TenantOptions();
        var shared = new GuardrailsOptions();
        for (var i = 0; i < OwnRulesOptions.PatternsMax; i++)
        {
            tenant.Patterns[$"p{i}"] = new CustomPatternOptions { Pattern = $"id{i:d3}x" };
            shared.Patterns[$"q{i}"] = new CustomPatternOptions { Pattern = $"no{i:d3}x" };
        }

        var policy = new GuardPolicy("all", new PolicyOptions(), OwnRules.Of(shared, tenant));

        Assert.Equal("[REDACTED_P63] [REDACTED_Q0]", Scan.Whole(policy.Output, "id063x no000x").Text);
    }

    [Fact]
    public void Validate_WrongEntries_AreAllNamed()
    {
        var options = new GuardrailsOptions();
        var tenant = options.Tenants["acme"] = new TenantOptions();
        tenant.AllowList.Add(" ");
        tenant.DenyList.Add(new string('x', 300));
        tenant.Patterns["Bad Name"] = new CustomPatternOptions { Pattern = "(", Score = 2, CharsMax = 5_000, Validator = "2" };
        tenant.Patterns["deny"] = new CustomPatternOptions { Pattern = "a" };

        var errors = options.Validate().ToList();

        Assert.Equal(8, errors.Count);
        Assert.All(errors, error => Assert.StartsWith("Tenants:acme: ", error, StringComparison.Ordinal));
    }

    private static TenantOptions Own()
    {
        var tenant = new TenantOptions();
        tenant.AllowList.Add("help@acme.example");
        tenant.DenyList.Add("Project Falcon");
        tenant.DenyList.Add("Projects");
        tenant.DenyList.Remove("Projects");
        tenant.Patterns["ticket"] = new CustomPatternOptions { Pattern = "\\bTKT-\\d{4,8}\\b" };
        tenant.Patterns["member"] = new CustomPatternOptions { Pattern = "\\b\\d{11}\\b", Validator = "luhn" };
        tenant.Patterns["word"] = new CustomPatternOptions { Pattern = "\\bsecret\\b" };
        return tenant;
    }

    private static string Filter(string text, IEnumerable<string> pieces)
    {
        var policy = new PolicyOptions();
        policy.Output["custom.deny"] = "mask";
        policy.Output["pii.phone"] = "allow";
        var filter = new StreamFilter(new GuardPolicy("own", policy, OwnRules.Of(Tenant)).Output, text.Length + 1);
        return string.Concat(pieces.Select(piece => filter.Push(piece))) + filter.End();
    }
}

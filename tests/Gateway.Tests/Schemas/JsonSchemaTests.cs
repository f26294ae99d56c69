using Millrace.Gateway.Schemas;

namespace Millrace.Gateway.Tests.Schemas;

public sealed class JsonSchemaTests
{
    private const string Tree = """
        {"$ref":"#/$defs/node","$defs":{"node":{"type":"object","required":["name"],"additionalProperties":false,
         "properties":{"name":{"type":"string"},"children":{"type":"array","items":{"$ref":"#/$defs/node"}}}}}}
        """;

    private const string Shapes = """
        {"oneOf":[{"type":"object","properties":{"kind":{"const":"dot"}},"required":["kind"]},
         {"type":"object","properties":{"kind":{"const":"line"},"to":{"type":"array","prefixItems":[{"type":"number"},{"type":"number"}],
          "items":false,"minItems":2}},"required":["kind","to"]}]}
        """;

    private const string Condition = """{"if":{"type":"string"},"then":{"minLength":2},"else":{"const":1}}""";

    /// <summary>Schema, value, and where the value is wrong; null where it fits.</summary>
    public static TheoryData<string, string, string?> Values => new()
    {
        { "true", "1", null },
        { "false", "1", "" },
        { "{}", "not JSON", "" },
        { "{}", """{"a":1,"a":2}""", "" },
        { "{}", "\"\\ud800\"", null },
        { """{"minLength":1}""", "\"\\ud800\"", "" },
        { """{"type":"integer"}""", "1.0", null },
        { """{"type":"integer"}""", "1e400", null },
        { """{"type":"integer"}""", "1.5", "" },
        { """{"type":["string","null"]}""", "null", null },
        { """{"type":["string","null"]}""", "true", "" },
        { """{"enum":["a",1,{"b":[2]}]}""", """{"b":[2.0]}""", null },
        { """{"enum":["a",1]}""", "\"b\"", "" },
        { """{"const":{"a":1,"b":2}}""", """{"b":2,"a":1}""", null },
        { """{"minimum":0.1,"exclusiveMaximum":1}""", "0.1", null },
        { """{"minimum":0.1,"exclusiveMaximum":1}""", "1.0", "" },
        { """{"exclusiveMinimum":0}""", "1e-320", null },
        { """{"maximum":18446744073709551615}""", "18446744073709551616", "" },
        { """{"multipleOf":0.1}""", "0.3", null },
        { """{"multipleOf":0.1}""", "0.35", "" },
        { """{"multipleOf":1e-28}""", "79228162514264337593543950335", null },
        { """{"minLength":2}""", "\"\U0001F600\"", "" },
        { """{"maxLength":1}""", "\"\U0001F600\"", null },
        { """{"pattern":"^\\d+$"}""", "\"12\"", null },
        { """{"pattern":"^\\d+$"}""", "\"12\\n\"", "" },
        { """{"pattern":"^\\d+$"}""", "\"\u0663\"", "" },
        { """{"pattern":"^[\\w.$]+$"}""", "\"a.$\"", null },
        { """{"pattern":"^[^\\W]$"}""", "\"\u00e9\"", "" },
        { """{"pattern":"^(a+)+$"}""", "\"" + new string('a', 50_000) + "!\"", "" },
        { """{"minItems":1,"uniqueItems":true}""", "[1,\"1\",true]", null },
        { """{"uniqueItems":true}""", "[{\"a\":1},2,{\"a\":1.0}]", "/2" },
        { """{"uniqueItems":true}""", "[\"a\",\"b\",\"a\"]", "/2" },
        { """{"contains":{"type":"integer"},"minContains":2,"maxContains":3}""", "[1,\"a\",2]", null },
        { """{"contains":{"type":"integer"},"minContains":2}""", "[1,\"a\"]", "" },
        { """{"prefixItems":[{"type":"string"}],"items":{"type":"integer"}}""", "[\"a\",1,\"b\"]", "/2" },
        { """{"required":["a","b"]}""", """{"a":null}""", "" },
        { """{"properties":{"a/b":{"type":"string"}}}""", """{"a/b":1}""", "/a~1b" },
        { """{"patternProperties":{"^x-":{"type":"string"}},"additionalProperties":false}""", """{"x-b":1}""", "/x-b" },
        { """{"properties":{"a":true},"patternProperties":{"^x":true},"additionalProperties":false}""", """{"a":1,"x":1,"c":1}""", "/c" },
        { """{"additionalProperties":{"type":"integer"},"maxProperties":2}""", """{"a":1,"b":2}""", null },
        { """{"minProperties":1}""", "{}", "" },
        { """{"propertyNames":{"pattern":"^[a-z]+$"}}""", """{"ok":1,"No":1}""", "/No" },
        { """{"dependentRequired":{"card":["address"]}}""", """{"card":1}""", "" },
        { """{"dependentSchemas":{"card":{"properties":{"name":{"type":"string"}}}}}""", """{"card":1,"name":2}""", "/name" },
        { """{"allOf":[{"required":["a"]},{"properties":{"a":{"type":"null"}}}]}""", """{"a":1}""", "/a" },
        { """{"anyOf":[{"type":"string"},{"items":{"type":"integer"},"type":"array"}]}""", """[1,"x"]""", "/1" },
        { """{"anyOf":[{"type":"string"},{"type":"null"}]}""", "1", "" },
        { """{"not":{"type":"string"}}""", "\"a\"", "" },
        { Shapes, """{"kind":"line","to":[1,2]}""", null },
        { Shapes, """{"kind":"line","to":[1,2,3]}""", "" },
        { Condition, "\"ab\"", null },
        { Condition, "\"a\"", "" },
        { Condition, "2", "" },
        { Tree, """{"name":"a","children":[{"name":"b","children":[]}]}""", null },
        { Tree, """{"name":"a","children":[{"name":"b"},{"children":[]}]}""", "/children/1" },
        { """{"$ref":"#item","$defs":{"x":{"$anchor":"item","type":"integer"}}}""", "\"a\"", "" },
        { """{"$id":"a:b","properties":{"x":{"$ref":"a:b#/$defs/d"}},"$defs":{"d":{"type":"null"}}}""", """{"x":1}""", "/x" },
        { """{"properties":{"a":{"$ref":"#/properties/b%20c/items/0"},"b c":{"items":[{"type":"null"}]}}}""", """{"a":1}""", "/a" },
        { """{"type":"string","format":"date","title":"A day.","x-note":[1]}""", "\"soon\"", null },
    };

    /// <summary>What is no schema, or none that can be checked, and the place that is told.</summary>
    public static TheoryData<string, string, bool> Refused => new()
    {
        { "{", "", false },
        { "[]", "", false },
        { """{"a":1,"a":2}""", "", false },
        { """{"type":"strnig"}""", "/type", false },
        { """{"type":["string","string"]}""", "/type", false },
        { """{"properties":{"a":{"type":7}}}""", "/properties/a/type", false },
        { """{"properties":{"a":"string"}}""", "/properties/a", false },
        { """{"$defs":{"unused":{"enum":[]}}}""", "/$defs/unused/enum", false },
        { """{"required":true}""", "/required", false },
        { """{"minLength":-1}""", "/minLength", false },
        { """{"minItems":1.5}""", "/minItems", false },
        { """{"multipleOf":0}""", "/multipleOf", false },
        { """{"minimum":"1"}""", "/minimum", false },
        { """{"exclusiveMinimum":true}""", "/exclusiveMinimum", false },
        { """{"anyOf":[]}""", "/anyOf", false },
        { """{"pattern":"("}""", "/pattern", false },
        { """{"uniqueItems":1}""", "/uniqueItems", false },
        { """{"$ref":"#/$defs/none"}""", "/$ref", false },
        { """{"$ref":"#none"}""", "/$ref", false },
        { """{"$ref":"#"}""", "", false },
        { """{"properties":{"a":{"anyOf":[{"$ref":"#/properties/a"}]}}}""", "/properties/a", false },
        { """{"$ref":"https://elsewhere/schema"}""", "/$ref", true },
        { """{"properties":{"a":{"pattern":"^(?=a)"}}}""", "/properties/a/pattern", true },
        { """{"patternProperties":{"(a)\\1":true}}""", "/patternProperties/(a)\\1", true },
        { """{"pattern":"^.{1,500000}$"}""", "/pattern", true },
        { """{"unevaluatedProperties":false}""", "/unevaluatedProperties", true },
        { """{"items":[{"type":"null"}]}""", "/items", true },
        { """{"dependencies":{"a":["b"]}}""", "/dependencies", true },
        { """{"items":{"$id":"inner"}}""", "/items/$id", true },
    };

    [Theory]
    [MemberData(nameof(Values))]
    public void FindViolation_Value_IsToldByItsPlace(string schema, string value, string? place)
    {
        // References lead to any place, also to one that a checked schema may not have.
        var isChecked = !schema.Contains("\"items\":[", StringComparison.Ordinal);
        var violation = JsonSchema.Compile(schema, isChecked).FindViolation(value);

        Assert.Equal(place, violation?.Pointer);
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public void Compile_WrongSchema_IsRefusedByItsPlace(string schema, string place, bool isUnsupported)
    {
        var refusal = Assert.Throws<SchemaException>(() => JsonSchema.Compile(schema));

        Assert.Equal((place, isUnsupported), (refusal.Pointer, refusal.IsUnsupported));
        if (isUnsupported) Assert.NotNull(JsonSchema.Compile(schema, isChecked: false));
        else Assert.Throws<SchemaException>(() => JsonSchema.Compile(schema, isChecked: false));
    }

    [Fact]
    public void Compile_TooMuch_IsRefused()
    {
        var many = string.Join(',', Enumerable.Range(0, SchemaLimits.SubschemasMax).Select(i => $"\"p{i}\":{{}}"));
        var values = string.Join(',', Enumerable.Range(0, SchemaLimits.EnumValuesMax + 1));
        var patterns = string.Join(',', Enumerable.Range(0, SchemaLimits.PatternsMax + 1).Select(i => $"{{\"pattern\":\"{i}\"}}"));
        const int Deep = SchemaLimits.DepthMax + 1;
        var deep = string.Concat(Enumerable.Repeat("{\"not\":", Deep)) + "{}" + new string('}', Deep);

        Assert.All(
            [
                "{\"properties\":{" + many + "}}", "{\"enum\":[" + values + "]}", "{\"anyOf\":[" + patterns + "]}", deep,
                "{\"pattern\":\"" + new string('a', SchemaLimits.PatternCharsMax + 1) + "\"}",
                "{\"title\":\"" + new string('a', SchemaLimits.BytesMax) + "\"}",
            ],
            schema => Assert.Throws<SchemaException>(() => JsonSchema.Compile(schema)));
    }

    [Fact]
    public void FindViolation_WorkWithoutEnd_IsGivenUp()
    {
        // Each level of the value is looked at twice for each time that the level above it is: 2^60 in all.
        var schema = JsonSchema.Compile("""
            {"$defs":{"a":{"anyOf":[{"items":{"$ref":"#/$defs/a"},"minItems":9},{"items":{"$ref":"#/$defs/a"},"minItems":8}]}},
             "not":{"not":{"$ref":"#/$defs/a"}}}
            """);
        const int Levels = 60;

        var violation = schema.FindViolation(new string('[', Levels) + "[" + new string(']', Levels) + "]");

        Assert.Contains("takes too long", violation?.What, StringComparison.Ordinal);
    }

    [Fact]
    public void FindViolation_LongChainOfReferences_IsFollowedOrGivenUp()
    {
        var chain = string.Join(',', Enumerable.Range(0, 4_000).Select(i => $"{{\"$ref\":\"#/$defs/d/prefixItems/{i + 1}\"}}"));
        var schema = JsonSchema.Compile(
            "{\"$ref\":\"#/$defs/d/prefixItems/0\",\"$defs\":{\"d\":{\"prefixItems\":[" + chain + ",{\"type\":\"null\"}]}}}");

        Assert.NotNull(schema.FindViolation("1"));
    }

    [Fact]
    public void Violation_Text_HasNothingOfTheValue()
    {
        var schema = JsonSchema.Compile("""{"properties":{"a":{"enum":["x"]},"b":{"type":"integer"},"c":{"pattern":"^x"}}}""");

        foreach (var value in (string[])["""{"a":"secret"}""", """{"b":"secret"}""", """{"c":"secret"}""", """{"a":secret}"""])
            Assert.DoesNotContain("secret", schema.FindViolation(value)!.ToString(), StringComparison.Ordinal);
    }
}

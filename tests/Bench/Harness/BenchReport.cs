using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Millrace.Bench.Harness;

/// <summary>Writes results to a file.</summary>
/// <param name="Name">Name of what was measured.</param>
/// <param name="Machine">On what.</param>
/// <param name="Rows">The results.</param>
internal sealed record BenchReport(string Name, MachineInfo Machine, IReadOnlyList<BenchRow> Rows)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Writes <c>NAME.json</c>.</summary>
    /// <returns>The file's path.</returns>
    public static string Write(string folder, string name, MachineInfo machine, IReadOnlyList<BenchRow> rows)
    {
        var path = Path.Combine(Directory.CreateDirectory(folder).FullName, $"{name}.json");
        File.WriteAllText(path, JsonSerializer.Serialize(new BenchReport(name, machine, rows), Json) + "\n");
        return path;
    }
}

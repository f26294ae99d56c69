using System.Text.Json;

namespace Millrace.Gateway.Schemas;

/// <summary>Where a value does not fit its schema, and why. It has names of properties, and no other part of the value.</summary>
/// <param name="At">The place within the value.</param>
/// <param name="What">What is wrong, as the end of a sentence that begins with the place.</param>
internal sealed record Violation(ValuePath At, string What)
{
    /// <summary>The place as a JSON pointer; empty for the whole.</summary>
    public string Pointer => At.ToString();

    /// <inheritdoc/>
    public override string ToString() => $"{SchemaPlace.Describe(Pointer)} {What}";
}

/// <summary>A place within a value that is checked; written out only for what is told in the end.</summary>
/// <param name="Parent">The place around it; null for the whole value.</param>
/// <param name="Name">The property, or the index of the item.</param>
internal sealed record ValuePath(ValuePath? Parent, string Name)
{
    /// <summary>The whole value.</summary>
    public static ValuePath Root { get; } = new(null, string.Empty);

    /// <summary>How deep within the value it is.</summary>
    public int Depth { get; } = Parent is null ? 0 : Parent.Depth + 1;

    public ValuePath At(string name) => new(this, name);

    public ValuePath At(int index) => new(this, index.ToString(System.Globalization.CultureInfo.InvariantCulture));

    public Violation Wrong(string what) => new(this, what);

    /// <summary>The place as a JSON pointer.</summary>
    public override string ToString() => Parent is null ? string.Empty : $"{Parent}/{SchemaPlace.Escape(Name)}";
}

/// <summary>A rule of a schema.</summary>
internal interface ISchemaRule
{
    /// <summary>What is wrong with a value; null when nothing is.</summary>
    Violation? Check(JsonElement value, ValuePath at, SchemaRun run);
}

/// <summary>One check of a value: how much work is left for it.</summary>
internal sealed class SchemaRun
{
    private int _steps = SchemaLimits.StepsMax;

    /// <summary>Whether the check was given up, and what it says is no verdict.</summary>
    public bool IsOver => _steps <= 0;

    /// <summary>Takes from what is left; false when nothing is.</summary>
    public bool Spend(int steps = 1)
    {
        if (!System.Runtime.CompilerServices.RuntimeHelpers.TryEnsureSufficientExecutionStack()) _steps = 0;
        else _steps = Math.Max(0, _steps - steps);
        return _steps > 0;
    }
}

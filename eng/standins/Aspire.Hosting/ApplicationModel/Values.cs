using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>A value that is known only while the application runs.</summary>
public interface IValueProvider
{
    ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default);

    ValueTask<string?> GetValueAsync(ValueProviderContext context, CancellationToken cancellationToken = default) =>
        GetValueAsync(cancellationToken);
}

public interface IManifestExpressionProvider
{
    /// <summary>How a deployment manifest names this value, for example <c>{cache.connectionString}</c>.</summary>
    string ValueExpression { get; }
}

public interface IValueWithReferences
{
    IEnumerable<object> References { get; }
}

/// <summary>Who asks for a value.</summary>
public class ValueProviderContext
{
    public DistributedApplicationExecutionContext? ExecutionContext { get; init; }

    public IResource? Caller { get; init; }

    /// <summary>The replica of <see cref="Caller"/> that asks; its own target ports differ from its siblings'.</summary>
    internal int Replica { get; init; }

    /// <summary>What tells that replica from its siblings in telemetry.</summary>
    internal string? InstanceSuffix { get; init; }
}

/// <summary>Text with holes that are filled when the application runs.</summary>
public sealed class ReferenceExpression : IManifestExpressionProvider, IValueProvider, IValueWithReferences
{
    private ReferenceExpression(string format, IReadOnlyList<IValueProvider> valueProviders, IReadOnlyList<string> manifestExpressions)
    {
        Format = format;
        ValueProviders = valueProviders;
        ManifestExpressions = manifestExpressions;
    }

    /// <summary>A composite format string with one numbered hole per value.</summary>
    public string Format { get; }

    public IReadOnlyList<IValueProvider> ValueProviders { get; }

    public IReadOnlyList<string> ManifestExpressions { get; }

    public string ValueExpression => string.Format(CultureInfo.InvariantCulture, Format, [.. ManifestExpressions]);

    IEnumerable<object> IValueWithReferences.References => ValueProviders;

    public static ReferenceExpression Create(in ExpressionInterpolatedStringHandler handler) => handler.ToExpression();

    public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default) =>
        GetValueAsync(new ValueProviderContext(), cancellationToken);

    public async ValueTask<string?> GetValueAsync(ValueProviderContext context, CancellationToken cancellationToken = default)
    {
        var values = new object?[ValueProviders.Count];
        for (var i = 0; i < values.Length; i++) values[i] = await ValueProviders[i].GetValueAsync(context, cancellationToken);
        return string.Format(CultureInfo.InvariantCulture, Format, values);
    }

    /// <summary>Keeps the references of an interpolated string instead of flattening them.</summary>
    [InterpolatedStringHandler]
    public ref struct ExpressionInterpolatedStringHandler(int literalLength, int formattedCount)
    {
        private readonly StringBuilder _format = new(literalLength + formattedCount * 4);
        private readonly List<IValueProvider> _values = new(formattedCount);
        private readonly List<string> _manifest = new(formattedCount);

        public readonly void AppendLiteral(string value) => _format.Append(Escape(value));

        public readonly void AppendFormatted(string? value) => _format.Append(Escape(value ?? ""));

        public readonly void AppendFormatted(string? value, string? format) =>
            AppendFormatted(format == "uri" ? Uri.EscapeDataString(value ?? "") : value);

        public readonly void AppendFormatted<T>(T value) where T : IValueProvider, IManifestExpressionProvider => Add(value, value);

        public readonly void AppendFormatted<T>(T value, string? format) where T : IValueProvider, IManifestExpressionProvider =>
            Add(format == "uri" ? new UriEscaped(value) : value, value);

        public readonly void AppendFormatted<T>(IResourceBuilder<T> builder)
            where T : IResource, IValueProvider, IManifestExpressionProvider => AppendFormatted(builder.Resource);

        internal readonly ReferenceExpression ToExpression() => new(_format.ToString(), [.. _values], [.. _manifest]);

        private readonly void Add(IValueProvider value, IManifestExpressionProvider manifest)
        {
            _format.Append('{').Append(_values.Count).Append('}');
            _values.Add(value);
            _manifest.Add(manifest.ValueExpression);
        }

        private static string Escape(string literal) =>
            literal.Replace("{", "{{", StringComparison.Ordinal).Replace("}", "}}", StringComparison.Ordinal);
    }

    private sealed class UriEscaped(IValueProvider inner) : IValueProvider
    {
        public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default) =>
            GetValueAsync(new ValueProviderContext(), cancellationToken);

        public async ValueTask<string?> GetValueAsync(ValueProviderContext context, CancellationToken cancellationToken = default) =>
            Uri.EscapeDataString(await inner.GetValueAsync(context, cancellationToken) ?? "");
    }
}

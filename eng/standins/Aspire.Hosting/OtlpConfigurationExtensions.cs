using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Orchestration;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting;

public static class OtlpConfigurationExtensions
{
    /// <summary>Injects where to send telemetry, which projects receive anyway.</summary>
    public static IResourceBuilder<T> WithOtlpExporter<T>(this IResourceBuilder<T> builder) where T : IResourceWithEnvironment
    {
        var application = builder.ApplicationBuilder;
        return builder.WithEnvironment(context =>
            ProjectEnvironment.ApplyOtlp(context, application.Configuration, application.Environment.IsDevelopment()));
    }
}

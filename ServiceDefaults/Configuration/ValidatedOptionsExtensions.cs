using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Millrace.ServiceDefaults.Configuration;

/// <summary>An options class with rules that annotations cannot say. Each error names the setting and the remedy.</summary>
public interface ISelfValidating
{
    /// <summary>All errors; none when the options are valid.</summary>
    IEnumerable<string> Validate();
}

/// <summary>Registers options that are checked when the service starts: all errors at once, each with its remedy.</summary>
public static class ValidatedOptionsExtensions
{
    /// <summary>Binds a section of the configuration and checks it at start.</summary>
    /// <param name="services">The collection.</param>
    /// <param name="section">The section, such as <c>Inference</c>.</param>
    public static OptionsBuilder<TOptions> AddValidatedOptions<TOptions>(this IServiceCollection services, string section)
        where TOptions : class
    {
        services.AddSingleton<IValidateOptions<TOptions>>(new Validator<TOptions>(section));
        return services.AddOptions<TOptions>().BindConfiguration(section).ValidateOnStart();
    }

    private sealed class Validator<TOptions>(string section) : IValidateOptions<TOptions>
        where TOptions : class
    {
        public ValidateOptionsResult Validate(string? name, TOptions options)
        {
            List<ValidationResult> annotated = [];
            Validator.TryValidateObject(options, new ValidationContext(options), annotated, validateAllProperties: true);

            var errors = annotated.Select(result => result.ErrorMessage ?? "A setting is not valid.")
                .Concat(options is ISelfValidating self ? self.Validate() : [])
                .Select(error => $"{section}: {error}")
                .ToList();
            return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
        }
    }
}

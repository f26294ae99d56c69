using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Millrace.ServiceDefaults.Configuration;
using Millrace.TestShared;

namespace Millrace.ServiceDefaults.Tests.Configuration;

public sealed class ValidatedOptionsTests
{
    [Fact]
    public async Task Start_ManyErrorsInTwoSections_NamesAllOfThemAtOnce()
    {
        var error = await Assert.ThrowsAsync<AggregateException>(
            () => StartAsync(("Mill:Stones", "0"), ("Mill:Sacks", "9"), ("Mill:SacksMax", "3"), ("Weir:Name", "")));

        var messages = error.Flatten().InnerExceptions.OfType<OptionsValidationException>().SelectMany(inner => inner.Failures);
        Assert.Equal(
            [
                "Mill: Sacks (9) is more than SacksMax (3). Raise the latter.",
                "Mill: Stones must be from 1 to 4.",
                "Weir: Name is empty; give the weir's name.",
            ],
            messages.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Start_ValidOptions_BindsThem()
    {
        await using var service = await StartAsync(("Mill:Stones", "2"), ("Weir:Name", "upper"));

        Assert.Equal(2, service.Services.GetRequiredService<IOptions<MillOptions>>().Value.Stones);
        Assert.Equal("upper", service.Services.GetRequiredService<IOptions<WeirOptions>>().Value.Name);
    }

    private static Task<ServiceUnderTest> StartAsync(params (string Key, string Value)[] settings) => ServiceUnderTest.StartAsync(
        builder =>
        {
            builder.Services.AddValidatedOptions<MillOptions>("Mill");
            builder.Services.AddValidatedOptions<WeirOptions>("Weir");
        },
        _ => { },
        settings);

    private sealed class MillOptions : ISelfValidating
    {
        [Range(1, 4, ErrorMessage = "Stones must be from 1 to 4.")]
        public int Stones { get; set; } = 1;

        public int Sacks { get; set; }

        public int SacksMax { get; set; } = 3;

        public IEnumerable<string> Validate()
        {
            if (Sacks > SacksMax) yield return $"Sacks ({Sacks}) is more than SacksMax ({SacksMax}). Raise the latter.";
        }
    }

    private sealed class WeirOptions
    {
        [Required(ErrorMessage = "Name is empty; give the weir's name.")]
        public string Name { get; set; } = "";
    }
}

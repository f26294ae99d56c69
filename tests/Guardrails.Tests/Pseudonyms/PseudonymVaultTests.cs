using System.Security.Cryptography;
using Millrace.Guardrails.Pseudonyms;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Guardrails.Tests.Pseudonyms;

public sealed class PseudonymVaultTests
{
    private static readonly PseudonymSealer Sealer = new(new ServiceKey(new byte[ServiceKey.Bytes]));

    [Fact]
    public void NameOf_SameText_IsTheSameName()
    {
        var vault = new PseudonymVault();

        Assert.Equal("PERSON_1", vault.NameOf("PERSON", "Ann"));
        Assert.Equal("PERSON_2", vault.NameOf("PERSON", "ann"));
        Assert.Equal("EMAIL_1", vault.NameOf("EMAIL", "a@b.de"));
        Assert.Equal("PERSON_1", vault.NameOf("PERSON", "Ann"));
        Assert.Equal("Ann", vault.TextOf("PERSON_1"));
        Assert.Null(vault.TextOf("PERSON_3"));
    }

    [Fact]
    public void NameOf_ReservedName_IsNotGivenOut()
    {
        var vault = new PseudonymVault();
        vault.Reserve("I call him <person_1> and __PERSON_2__, see PERSON_x and a_1234567.");

        Assert.Equal("PERSON_2", vault.NameOf("PERSON", "Ann"));
        Assert.Equal("PERSON_3", vault.NameOf("PERSON", "Bob"));
    }

    [Fact]
    public void NameOf_BeyondItsBounds_IsNone()
    {
        var vault = new PseudonymVault();
        for (var i = 0; i < PseudonymVault.EntriesMax; i++) Assert.NotNull(vault.NameOf("A", $"{i}"));
        var large = new PseudonymVault();

        Assert.Null(vault.NameOf("A", "one more"));
        Assert.Null(large.NameOf("A", new string('x', PseudonymVault.BytesMax)));
        Assert.NotNull(vault.NameOf("A", "1"));
        Assert.True(vault.IsFull && large.IsFull);
    }

    [Fact]
    public void Open_WhatWasSealed_IsTheSameVault()
    {
        var vault = new PseudonymVault();
        vault.NameOf("PERSON", "Ann 😀");
        vault.NameOf("EMAIL", "a@b.de");

        var opened = Sealer.Open(Sealer.Seal(vault, "acme"), "acme");

        Assert.Equal(vault.Texts, opened.Texts);
        Assert.Equal("PERSON_2", opened.NameOf("PERSON", "Bob"));
        Assert.NotEqual(Sealer.Seal(vault, "acme"), Sealer.Seal(vault, "acme"));
        Assert.Empty(Sealer.Seal(new PseudonymVault(), "acme"));
    }

    [Fact]
    public void Open_AFullVault_Works()
    {
        var vault = new PseudonymVault();
        for (var i = 0; !vault.IsFull; i++) vault.NameOf("PERSON", $"{i} {new string('x', 500)}");

        Assert.Equal(vault.Count, Sealer.Open(Sealer.Seal(vault, "acme"), "acme").Count);
    }

    [Fact]
    public void Open_AnyBitChanged_IsRefused()
    {
        var vault = new PseudonymVault();
        vault.NameOf("PERSON", "Ann");
        var blob = Sealer.Seal(vault, "acme");

        for (var i = 0; i < blob.Length; i++)
        {
            var changed = blob.ToArray();
            changed[i] ^= 1;
            AssertRefused(changed, "acme", Sealer);
        }

        for (var length = 1; length < blob.Length; length++) AssertRefused(blob[..length], "acme", Sealer);
    }

    [Fact]
    public void Open_OfAnotherTenantOrKey_IsRefused()
    {
        var vault = new PseudonymVault();
        vault.NameOf("PERSON", "Ann");
        var blob = Sealer.Seal(vault, "acme");

        AssertRefused(blob, "other", Sealer);
        AssertRefused(blob, "acme", new PseudonymSealer(new ServiceKey(RandomNumberGenerator.GetBytes(ServiceKey.Bytes))));
        AssertRefused(new byte[1_000_000], "acme", Sealer);
    }

    private static void AssertRefused(byte[] blob, string tenant, PseudonymSealer sealer)
    {
        var refusal = Assert.Throws<MillraceException>(() => sealer.Open(blob, tenant));
        Assert.Equal((Reason.InvalidArgument, "pseudonyms"), (refusal.Reason, refusal.Param));
    }
}

using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Grpc.Net.Client;

namespace Millrace.Standins.Tests.Grpc;

/// <summary>The API assemblies are those that the real binaries ask for, by name, version and key.</summary>
public sealed class IdentityTests
{
    // Stands for the type parameters of whatever generic type or method a reference occurs in.
    private static readonly Type[] AnyTypes = [.. Enumerable.Repeat(typeof(object), 8)];

    [Theory]
    [InlineData(typeof(GrpcChannel))]
    [InlineData(typeof(GrpcServiceOptions))]
    public void Binary_AsksForApiAssemblies_GetsExactlyThem(Type inBinary)
    {
        var asked = inBinary.Assembly.GetReferencedAssemblies().Where(name => name.Name is "Grpc.Core.Api" or "Grpc.Net.Common").ToList();

        Assert.Equal(2, asked.Count);
        Assert.All(asked, name => Assert.Equal(name.FullName, Assembly.Load(name).FullName));
    }

    [Fact]
    public void Api_PublicKey_IsThatOfTheRealClient() =>
        Assert.Equal(typeof(GrpcChannel).Assembly.GetName().GetPublicKey(), typeof(ChannelBase).Assembly.GetName().GetPublicKey());

    [Theory]
    [InlineData(typeof(GrpcChannel))]
    [InlineData(typeof(GrpcServiceOptions))]
    public void Binary_EveryTypeItUses_Exists(Type inBinary) =>
        Assert.Empty(Failures<TypeLoadException>(
            reader => reader.TypeReferences.Select(handle => MetadataTokens.GetToken(handle)),
            inBinary,
            token => inBinary.Module.ResolveType(token)));

    [Theory]
    [InlineData(typeof(GrpcChannel))]
    [InlineData(typeof(GrpcServiceOptions))]
    public void Binary_EveryMemberItUses_Exists(Type inBinary) =>
        Assert.Empty(Failures<MissingMemberException>(
            reader => reader.MemberReferences.Select(handle => MetadataTokens.GetToken(handle)),
            inBinary,
            token => inBinary.Module.ResolveMember(token, AnyTypes, AnyTypes)));

    private static List<string> Failures<TMissing>(
        Func<MetadataReader, IEnumerable<int>> references, Type inBinary, Action<int> resolve)
        where TMissing : Exception
    {
        using var file = new PEReader(File.OpenRead(inBinary.Assembly.Location));
        var tokens = references(file.GetMetadataReader()).ToList();

        Assert.NotEmpty(tokens);
        return [.. tokens.Select(token => Record.Exception(() => resolve(token))).OfType<TMissing>().Select(missing => missing.Message)];
    }
}

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
    public void Binary_EveryTypeAndMethodItUses_Exists(Type inBinary)
    {
        var missing = new List<string>();
        foreach (var token in MemberReferences(inBinary.Assembly))
        {
            try
            {
                inBinary.Module.ResolveMember(token);
            }
            catch (Exception failure) when (failure is MissingMemberException or TypeLoadException or FileNotFoundException)
            {
                missing.Add(failure.Message);
            }
        }

        Assert.Empty(missing);
    }

    private static List<int> MemberReferences(Assembly assembly)
    {
        using var file = new PEReader(File.OpenRead(assembly.Location));
        return [.. file.GetMetadataReader().MemberReferences.Select(handle => MetadataTokens.GetToken(handle))];
    }
}

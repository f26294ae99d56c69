using Microsoft.Extensions.Logging.Abstractions;
using Millrace.LlamaCpp.Loading;

namespace Millrace.LlamaCpp.Tests.Loading;

public sealed class NativeLibraryLocatorTests : IDisposable
{
    private static readonly string[] Names = ["llama.b10068", "ggml.b10068", "ggml-base"];

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Locate_InThisRepository_FindsTheFetchedSet()
    {
        var location = NativeLibraryLocator.Locate(null, AppContext.BaseDirectory);

        Assert.True(location.Found, location.Reason);
        Assert.StartsWith(Path.Combine(Repository.Root, ".millrace", "native"), location.Files!.Directory, StringComparison.Ordinal);
    }

    [Fact]
    public void Locate_FetchedFolderAbove_IsFoundWithItsFileNames()
    {
        var native = WriteSet(Path.Combine(".millrace", "native", NativePlatform.Rid, NativeLibraryLocator.PackageVersion));

        var files = NativeLibraryLocator.Locate(null, _folder.File(Path.Combine("artifacts", "bin", "App"))).Files!;

        Assert.Equal(native, files.Directory);
        Assert.Equal(Path.Combine(native, Library("llama.b10068")), files.Llama);
        Assert.Equal(Path.Combine(native, Library("ggml.b10068")), files.Ggml);
        Assert.Equal(Path.Combine(native, Library("ggml-base")), files.GgmlBase);
    }

    [Fact]
    public void Locate_CudaSetBesideTheOther_ComesFirst()
    {
        WriteSet(Path.Combine(".millrace", "native", NativePlatform.Rid, NativeLibraryLocator.PackageVersion));
        var cuda = WriteSet(Path.Combine(".millrace", "native", $"{NativePlatform.Rid}-cuda", NativeLibraryLocator.PackageVersion));

        Assert.Equal(cuda, NativeLibraryLocator.Locate(null, _folder.Path).Files!.Directory);
    }

    [Fact]
    public void Locate_PackageRuntimes_AreTheLastResort()
    {
        var native = WriteSet(Path.Combine("runtimes", NativePlatform.Rid, "native", "noavx"));

        Assert.Equal(native, NativeLibraryLocator.Locate(null, _folder.Path).Files!.Directory);
    }

    [Fact]
    public void Locate_Override_IsTheOnlyPlaceSearched()
    {
        WriteSet(Path.Combine(".millrace", "native", NativePlatform.Rid, NativeLibraryLocator.PackageVersion));

        var location = NativeLibraryLocator.Locate(_folder.File("elsewhere"), _folder.Path);

        Assert.False(location.Found);
        AssertOneLine(location.Reason!, NativeLibraryLocator.DirectoryVariable, _folder.File("elsewhere"), "eng/native.sh");
    }

    [Fact]
    public void Locate_Nothing_SaysWhatWasLookedForAndTheRemedy()
    {
        var location = NativeLibraryLocator.Locate(null, _folder.Path);

        Assert.False(location.Found);
        AssertOneLine(location.Reason!, NativePlatform.Rid, _folder.Path, "run eng/native.sh", NativeLibraryLocator.DirectoryVariable);
    }

    [Fact]
    public void Locate_IncompleteSet_IsNotTaken()
    {
        var native = WriteSet("half");
        File.Delete(Path.Combine(native, Library("ggml-base")));

        Assert.False(NativeLibraryLocator.Locate(native, _folder.Path).Found);
    }

    [Fact]
    public void Start_WithoutLibraries_FailsWithTheLocatorsLine()
    {
        var location = NativeLibraryLocator.Locate(null, _folder.Path);

        var failure = Assert.Throws<LlamaException>(() => LlamaRuntime.Start(location, NullLogger.Instance));

        Assert.Equal(LlamaFailure.LibraryMissing, failure.Failure);
        Assert.Equal(location.Reason, failure.Message);
    }

    [Fact]
    public void Load_FilesThatAreNoLibraries_IsRefusedWithTheirName()
    {
        var files = NativeLibraryLocator.Locate(WriteSet("text"), _folder.Path).Files!;

        var failure = Assert.Throws<LlamaException>(() => NativeLibraries.Load(files));

        Assert.Equal(LlamaFailure.LibraryUnsupported, failure.Failure);
        AssertOneLine(failure.Message, files.Llama, "eng/native.sh");
    }

    public void Dispose() => _folder.Dispose();

    private static string Library(string name) => $"{NativePlatform.Prefix}{name}{NativePlatform.Extension}";

    private string WriteSet(string folder)
    {
        foreach (var name in Names) _folder.Write(Path.Combine(folder, Library(name)), "no library"u8);
        return _folder.File(folder);
    }

    private static void AssertOneLine(string message, params string[] parts)
    {
        Assert.DoesNotContain('\n', message);
        Assert.All(parts, part => Assert.Contains(part, message, StringComparison.Ordinal));
    }
}

using System.Security.Cryptography;
using System.Text;
using Millrace.Guardrails.Names;
using Millrace.TestShared;

namespace Millrace.Guardrails.Tests.Names;

public sealed class EntityModelTests
{
    private const int FileBytesMax = 4 << 20;

    [Fact]
    public void Shared_Checksum_IsThatOfTheTrainingData()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var folder = new DirectoryInfo(Path.Combine(RepoPaths.Root, "models", "guards", "data", "names"));
        foreach (var file in folder.EnumerateFiles("*.txt").OrderBy(file => file.Name, StringComparer.Ordinal))
        {
            hash.AppendData(Encoding.UTF8.GetBytes(file.Name + "\n"));
            hash.AppendData(File.ReadAllBytes(file.FullName));
        }

        Assert.Equal(Convert.ToHexStringLower(hash.GetHashAndReset()), EntityModel.Shared.Header.DataChecksum);
    }

    [Fact]
    public void Shared_File_IsSmall()
    {
        using var stream = typeof(EntityModel).Assembly.GetManifestResourceStream(EntityModel.ResourceName)!;
        Assert.InRange(stream.Length, 1, FileBytesMax);
    }

    [Fact]
    public void Read_WhatWasWritten_TagsTheSame()
    {
        var weights = new sbyte[EntityTags.Lanes << 8];
        new Random(1).NextBytes(System.Runtime.InteropServices.MemoryMarshal.AsBytes(weights.AsSpan()));
        var header = new EntityModelHeader("abc", 8, -3, 0.5f);
        SortedDictionary<uint, WordClasses> words = new() { [7] = WordClasses.City, [9] = WordClasses.Common };
        using var file = new MemoryStream();

        EntityModelFile.Write(file, header, words, weights);
        file.Position = 0;
        var read = EntityModelFile.Read(file);

        Assert.Equal(header, read.Header);
        Assert.Equal([WordClasses.City, WordClasses.None, WordClasses.Common], new uint[] { 7, 8, 9 }.Select(read.Lexicon.ClassesOf));
        Assert.Equal(Tags(new EntityModel(header, words, weights)), Tags(read));
    }

    [Fact]
    public void Read_OtherFile_IsRefused()
    {
        using var file = new MemoryStream(new byte[64]);
        Assert.Throws<InvalidDataException>(() => EntityModelFile.Read(file));
    }

    private static List<EntitySpan> Tags(EntityModel model)
    {
        var found = new Collected(0);
        new EntityDetector(model).Begin().Advance("The quick Brown fox, 12 jumps over Lazy dogs.", 0, isEnd: true, found);
        return found.Spans;
    }
}

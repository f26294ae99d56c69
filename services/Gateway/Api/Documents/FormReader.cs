using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Api.Documents;

/// <summary>Reads a multipart form part by part, as it arrives.</summary>
internal sealed class FormReader(string boundary, Stream body)
{
    private readonly MultipartReader _reader = new(boundary, body);

    /// <summary>The next part; null at the end.</summary>
    /// <exception cref="MillraceException">The body is not a form.</exception>
    public async Task<FormPart?> NextAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _reader.ReadNextSectionAsync(cancellationToken) is { } section ? new FormPart(section) : null;
        }
        catch (Exception error) when (IsOfTheForm(error))
        {
            throw NoForm(error);
        }
    }

    /// <summary>Whether a failure to read says that the body is not a form, or not whole.</summary>
    public static bool IsOfTheForm(Exception error) => error is InvalidDataException or IOException and not BadHttpRequestException;

    /// <summary>The refusal of a body that is not a form, or not whole.</summary>
    public static MillraceException NoForm(Exception error) =>
        new(Reason.InvalidArgument, "The body is not valid multipart/form-data. Let the HTTP client write it, and send it whole.", error);
}

/// <summary>A part of a form: a field or a file.</summary>
internal sealed class FormPart
{
    /// <summary>Name of the part that is the one file.</summary>
    public const string OneFile = "file";

    /// <summary>Name of the parts that are one of several files.</summary>
    public const string ManyFiles = "files";

    public FormPart(MultipartSection section)
    {
        Section = section;
        var disposition = ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var parsed) ? parsed : null;
        Name = HeaderUtilities.RemoveQuotes(disposition?.Name ?? default).Value ?? string.Empty;
        FileName = disposition?.FileNameStar.Value
            ?? HeaderUtilities.RemoveQuotes(disposition?.FileName ?? default).Value
            ?? string.Empty;
    }

    public MultipartSection Section { get; }

    public string Name { get; }

    public string FileName { get; }

    public bool IsFile => Name is OneFile or ManyFiles;

    /// <exception cref="MillraceException">The value is longer than a field may be, or the form breaks off in it.</exception>
    public async Task<string> ReadTextAsync(int bytesMax, CancellationToken cancellationToken)
    {
        using var value = new MemoryStream();
        var buffer = new byte[4096];
        while (await ReadAsync(buffer, cancellationToken) is > 0 and var count)
        {
            if (value.Length + count > bytesMax)
                throw MillraceException.InvalidArgument(Name, $"'{Name}' must have at most {bytesMax} bytes.");
            value.Write(buffer, 0, count);
        }

        return System.Text.Encoding.UTF8.GetString(value.GetBuffer(), 0, (int)value.Length);
    }

    private async Task<int> ReadAsync(byte[] buffer, CancellationToken cancellationToken)
    {
        try
        {
            return await Section.Body.ReadAsync(buffer, cancellationToken);
        }
        catch (Exception error) when (FormReader.IsOfTheForm(error))
        {
            throw FormReader.NoForm(error);
        }
    }
}

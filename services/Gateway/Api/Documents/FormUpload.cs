using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using Millrace.Contracts.Retrieval.V1;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Api.Documents;

/// <summary>
/// Uploads of multipart forms, read as they arrive: fields that say something of documents first, then either one <c>file</c>, which is
/// answered with its document, or any number of <c>files</c>, which become a job with a result for each.
/// </summary>
internal sealed class FormUpload(
    RetrievalService.RetrievalServiceClient retrieval, DocumentUpload upload, IOptions<GatewayOptions> options)
{
    private const string OneFile = FormPart.OneFile;
    private const string ManyFiles = FormPart.ManyFiles;
    private const int FieldBytesMax = 64 * 1024;
    private const int FieldsMax = 80;

    /// <summary>As RFC 2046 has it; the reader takes none that is larger than its buffer.</summary>
    private const int BoundaryCharsMax = 70;

    /// <summary>The boundary of a form; null when the request has none.</summary>
    /// <exception cref="MillraceException">It is a form that does not say its boundary.</exception>
    public static string? Boundary(HttpRequest request)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type) || type.MediaType != "multipart/form-data") return null;
        var boundary = HeaderUtilities.RemoveQuotes(type.Boundary).Value;
        return boundary is { Length: > 0 and <= BoundaryCharsMax }
            ? boundary
            : throw new MillraceException(
                Reason.InvalidArgument,
                $"The Content-Type lacks a multipart boundary of at most {BoundaryCharsMax} characters. Let the HTTP client set it.");
    }

    /// <summary>A field that is not known, or not where it is.</summary>
    public static MillraceException Unsupported(string? field) => new(
        Reason.UnsupportedParameter,
        $"The form field '{field}' is not supported here. Send 'document_id', 'job_id', 'metadata' and 'access_labels' first, "
            + "then one 'file' or several 'files'.")
    {
        Param = field,
    };

    /// <summary>Uploads what a form has.</summary>
    public async Task<IResult> RunAsync(HttpRequest request, string boundary, UploadHeader header, CancellationToken cancellationToken)
    {
        var form = new FormReader(boundary, request.Body);
        var part = await form.NextAsync(cancellationToken);
        for (var fields = 0; part is { IsFile: false }; fields++)
        {
            if (fields == FieldsMax) throw new MillraceException(Reason.InvalidArgument, $"The form has more than {FieldsMax} fields.");
            DocumentFields.SetFormField(header, part.Name, await part.ReadTextAsync(FieldBytesMax, cancellationToken));
            part = await form.NextAsync(cancellationToken);
        }

        if (part is null)
            throw MillraceException.InvalidArgument(OneFile, "'file' is missing. Send the document as the form field 'file'.");
        if (part.Name == OneFile) return await OneAsync(form, part, header, cancellationToken);
        var waits = QueryFields.Flag(request, "wait") == true;
        return await ManyAsync(form, part, header, waits, cancellationToken);
    }

    private async Task<IResult> OneAsync(FormReader form, FormPart part, UploadHeader header, CancellationToken cancellationToken)
    {
        DocumentUpload.Describe(header, part.FileName, part.Section.ContentType);
        var document = await upload.SendAsync(part.Section.Body, header, RequireEndAsync, cancellationToken);
        return DocumentsEndpoints.Answer(document);

        async Task RequireEndAsync()
        {
            if (await form.NextAsync(cancellationToken) is { } next) throw Unsupported(next.Name);
        }
    }

    private async Task<IResult> ManyAsync(
        FormReader form, FormPart first, UploadHeader common, bool waits, CancellationToken cancellationToken)
    {
        if (common.DocumentId.Length > 0)
            throw MillraceException.InvalidArgument(
                "document_id", "'document_id' is for one 'file'. Several 'files' take their names as ids; leave it out.");
        if (common.JobId.Length == 0) common.JobId = await OpenJobAsync(common.Collection, cancellationToken);
        List<UploadedFileJson> results = [];
        for (FormPart? part = first; part is not null; part = await form.NextAsync(cancellationToken))
        {
            if (part.Name != ManyFiles || !part.IsFile) throw Unsupported(part.Name);
            if (results.Count == options.Value.UploadFilesMax)
                throw MillraceException.InvalidArgument(
                    ManyFiles, $"'files' must have at most {options.Value.UploadFilesMax} items. Send the rest with the same 'job_id'.");
            var header = common.Clone();
            header.Wait = waits;
            results.Add(await OneOfManyAsync(part, header, cancellationToken));
        }

        var job = await retrieval.GetJobAsync(new GetJobRequest { JobId = common.JobId }, cancellationToken: cancellationToken);
        return ApiResults.Json(
            new UploadedFilesJson("job.uploads", JobJson.Of(job.Job), [.. results]), DocumentJsonContext.Default.UploadedFilesJson);
    }

    private async Task<string> OpenJobAsync(string collection, CancellationToken cancellationToken) =>
        (await retrieval.CreateJobAsync(new CreateJobRequest { Collection = collection }, cancellationToken: cancellationToken)).Job.Id;

    // A file that is refused does not keep the others out. A form that breaks off, or a service that is away, ends all.
    private async Task<UploadedFileJson> OneOfManyAsync(FormPart part, UploadHeader header, CancellationToken cancellationToken)
    {
        try
        {
            DocumentUpload.Describe(header, part.FileName, part.Section.ContentType);
            var document = await upload.SendAsync(part.Section.Body, header, () => Task.CompletedTask, cancellationToken);
            return new UploadedFileJson(part.FileName, DocumentJson.Of(document), null);
        }
        catch (MillraceException refusal) when (IsOfTheFile(refusal))
        {
            var error = new UploadErrorJson(refusal.Message, refusal.Param, refusal.Reason.Info().Code);
            return new UploadedFileJson(part.FileName, null, error);
        }
    }

    private static bool IsOfTheFile(MillraceException refusal) => refusal.InnerException is not IOException
        && refusal.Reason is (Reason.InvalidArgument or Reason.PayloadTooLarge or Reason.UnsupportedMediaType);
}

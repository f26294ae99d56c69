using System.Text.Json.Serialization.Metadata;
using Millrace.ServiceDefaults.Http;

namespace Millrace.Gateway.Api;

/// <summary>Results of endpoints that answer with one value.</summary>
internal static class ApiResults
{
    /// <summary>A value as JSON.</summary>
    public static IResult Json<T>(T value, JsonTypeInfo<T> type, int statusCode = StatusCodes.Status200OK) =>
        new JsonResult<T>(value, type, statusCode);

    private sealed class JsonResult<T>(T value, JsonTypeInfo<T> type, int statusCode) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.StatusCode = statusCode;
            return ApiJson.WriteAsync(httpContext.Response, value, type, httpContext.RequestAborted);
        }
    }
}

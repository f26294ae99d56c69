// Millrace in one picture: every service, what it refers to and what it waits for.
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Configuration;

var builder = DistributedApplication.CreateBuilder(args);
var settings = builder.Configuration;

// Where things are. Relative folders of the settings start at the AppHost's own folder.
var modelsFolder = PathOf(settings["Models:Folder"] ?? "../models");
var dataFolder = PathOf(settings["Data:Folder"] ?? "../.millrace/data");
var seedFolder = settings["Seeding:Folder"] is "" ? "" : PathOf(settings["Seeding:Folder"] ?? "../samples/knowledge-base");

// What a request is checked with and looked up in.
var embedding = AddGrpcService("embedding", "../services/Embedding/Embedding.csproj");

// It asks for vectors only where a policy has topics, so that it does not wait for them.
var guardrails = AddGrpcService("guardrails", "../services/Guardrails/Guardrails.csproj").WithReference(embedding);
var sessions = AddGrpcService("sessions", "../services/Sessions/Sessions.csproj");
if (settings["Stores:Sessions"] is { } sessionStore && sessionStore != "embedded")
    UseSessionStore(sessionStore);
var retrieval = AddGrpcService("retrieval", "../services/Retrieval/Retrieval.csproj")
    .WithEnvironment("Seeding__Folder", seedFolder)
    .WithReference(embedding).WaitFor(embedding);
if (settings["Stores:Vectors"] is { } store && store != "embedded")
    retrieval.WithEnvironment("Retrieval__Index__Kind", "qdrant").WithReference(AddVectorStore(store));

// What answers it: one resource for each member of the pool, so that the gateway chooses among them by prefix affinity and load.
var inference = Enumerable.Range(1, settings.GetValue("Inference:Replicas", 1))
    .Select(member => AddGrpcService($"inference-{member}", "../services/Inference/Inference.csproj")
        .WithEnvironment("Inference__Model", settings["Inference:Model"] ?? "tiny-rag-chat"))
    .ToList();

// What brings them together, and the one public door, which spreads requests over the gateways.
var edge = AddService("edge", "../services/Edge/Edge.csproj")
    .WithHttpEndpoint(port: settings.GetValue("Edge:Port", 8080), name: "http", env: "MILLRACE_HTTP_PORT")
    .WithEndpoint("http", http => http.TargetHost = settings["Edge:Address"] ?? "localhost")
    .WithExternalHttpEndpoints()
    .WithHttpHealthCheck("/health", endpointName: "http")
    .WithEnvironment("Edge__Keys__Mode", settings["Edge:Keys:Mode"] ?? "Auto");
foreach (var number in Enumerable.Range(1, settings.GetValue("Gateway:Replicas", 1)))
{
    var gateway = AddGateway(number == 1 ? "gateway" : $"gateway-{number}");
    edge.WithReference(gateway).WaitFor(gateway);
}

if (settings["Stores:Limits"] is "redis")
    edge.WithEnvironment("Edge__Limits__Store", "Redis").WithReference(builder.AddConnectionString("redis"));

builder.Build().Run();

string PathOf(string folder) => Path.GetFullPath(folder, builder.AppHostDirectory);

IResourceBuilder<ProjectResource> AddService(string name, string project) => builder.AddProject(name, project)
    .WithEnvironment("MILLRACE_DATA_DIR", dataFolder)
    .WithEnvironment("MILLRACE_MODELS_DIR", modelsFolder);

IResourceBuilder<ProjectResource> AddGateway(string name)
{
    var gateway = AddService(name, "../services/Gateway/Gateway.csproj")
        .WithHttpEndpoint(name: "http", env: "MILLRACE_HTTP_PORT")
        .WithHttpEndpoint(name: "grpc", env: "MILLRACE_GRPC_PORT").WithEndpoint("grpc", grpc => grpc.Transport = "http2")
        .WithHttpHealthCheck("/health", endpointName: "http")
        .WithReference(guardrails).WaitFor(guardrails)
        .WithReference(embedding).WaitFor(embedding)
        .WithReference(retrieval).WaitFor(retrieval)
        .WithReference(sessions).WaitFor(sessions);
    foreach (var member in inference) gateway.WithReference(member).WaitFor(member);
    return gateway;
}

// Where chunks are found, when that is not in files of the retrieval service. It does not wait: it takes documents meanwhile.
IResourceBuilder<IResourceWithConnectionString> AddVectorStore(string store) => store switch
{
    "qdrant" => builder.AddConnectionString("qdrant"),
    "container" => builder.AddQdrant("qdrant").WithImageTag("v1.18.0").WithDataVolume(),
    _ => throw new DistributedApplicationException($"Stores:Vectors is '{store}'. Set it to embedded, qdrant or container."),
};

// Where conversations are kept, when that is not in a file of the session service. That service waits for it by itself.
// A resource for the database could not be called as its service is; the service knows it by that name all the same.
void UseSessionStore(string store)
{
    sessions.WithEnvironment("Sessions__Store__Kind", "postgres");
    if (store == "container")
        sessions.WithReference(builder.AddPostgres("postgres").WithDataVolume().AddDatabase("conversations"), "sessions");
    else if (store == "postgres")
        sessions.WithEnvironment("ConnectionStrings__sessions", settings.GetConnectionString("sessions")
            ?? throw new DistributedApplicationException("Stores:Sessions is 'postgres': set ConnectionStrings:sessions to its database."));
    else throw new DistributedApplicationException($"Stores:Sessions is '{store}'. Set it to embedded, postgres or container.");
}

// A cleartext HTTP/2 port refuses HTTP/1.1, so a gRPC service answers its health check on a port beside it.
IResourceBuilder<ProjectResource> AddGrpcService(string name, string project) => AddService(name, project)
    .WithHttpEndpoint(name: "grpc", env: "MILLRACE_GRPC_PORT").WithEndpoint("grpc", grpc => grpc.Transport = "http2")
    .WithHttpEndpoint(name: "health", env: "MILLRACE_HTTP_PORT")
    .WithHttpHealthCheck("/health", endpointName: "health");

using Millrace.Edge;
using Millrace.ServiceDefaults.Hosting;

return ServiceHost.Run(
    args,
    add: builder => builder.AddEdge(),
    map: app => app.MapEdge());

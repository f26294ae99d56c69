using Millrace.Retrieval;
using Millrace.ServiceDefaults.Hosting;

return ServiceHost.Run(
    args,
    add: builder => builder.AddRetrieval(),
    map: app => app.MapRetrieval());

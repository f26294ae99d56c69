using Millrace.Inference;
using Millrace.ServiceDefaults.Hosting;

return ServiceHost.Run(
    args,
    add: builder => builder.AddInference(),
    map: app => app.MapInference());

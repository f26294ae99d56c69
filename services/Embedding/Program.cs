using Millrace.Embedding;
using Millrace.ServiceDefaults.Hosting;

return ServiceHost.Run(
    args,
    add: builder => builder.AddEmbedding(),
    map: app => app.MapEmbedding());

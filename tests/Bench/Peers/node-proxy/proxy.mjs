// The least that a proxy in Node can be: every request goes on as it came, every piece of the answer comes back as it is.
import http from 'node:http';

const [port, upstream] = process.argv.slice(2);
const target = new URL(upstream);
const agent = new http.Agent({ keepAlive: true, maxSockets: 256 });

const server = http.createServer((request, response) => {
  const options = { agent, host: target.hostname, port: target.port, method: request.method, path: request.url, headers: request.headers };
  const onward = http.request(options, (answer) => {
    response.writeHead(answer.statusCode, answer.headers);
    answer.pipe(response);
  });
  onward.on('error', () => response.destroy());
  response.on('close', () => onward.destroy());
  request.pipe(onward);
});

server.keepAliveTimeout = 60_000;
server.listen(Number(port), '127.0.0.1');

// A server that answers one thing after another, the last one for good, and keeps what it was asked.
import { createServer } from "node:http";
import { once } from "node:events";

export async function answering(...answers) {
  const requests = [];
  const server = createServer((request, response) => {
    requests.push(request);
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    if (answer === "hang up") return request.socket.destroy();
    const [status, headers = {}, body = ""] = answer;
    response.writeHead(status, headers).end(typeof body === "string" ? body : JSON.stringify(body));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const query = (request) => Object.fromEntries(new URL(request.url, "http://x").searchParams);
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    requests,
    asked: () => requests.map(query),
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

// A web server with a few files, for locations to lead to.
import { createServer } from 'node:http';

// `files` by path; what is put in later is served too. Answers the address and how to end it.
export async function serveFiles(files) {
  const server = createServer((request, response) => {
    const text = files[new URL(request.url, 'http://files').pathname];
    response.writeHead(text === undefined ? 404 : 200, { 'content-type': 'text/yaml' }).end(text ?? '');
  });
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  const host = `127.0.0.1:${server.address().port}`;
  return { host, url: (path) => `http://${host}${path}`, stop: () => new Promise((ended) => { server.close(ended); server.closeAllConnections(); }) };
}

export function component(name, more = '') {
  return `apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: ${name}}
spec: {type: service, lifecycle: production, owner: platform${more}}
`;
}

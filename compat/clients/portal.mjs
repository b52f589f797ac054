// Starts the real binary on the demo catalog, for clients to talk to.
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

export const TOKEN = 'compat-static-token-0123456789';
export const LEGACY_SECRET = Buffer.alloc(32, 'compat').toString('base64');
const ROOT = resolve(import.meta.dirname, '../..');

// `entities` more components are put beside the demo catalog, so that there is something to page through; `extra` is
// YAML beside it that need not be right; hosts in `readable` may be read by URL.
export async function startPortal(entities = 0, extra = '', readable = []) {
  const folder = await mkdtemp(join(tmpdir(), 'callboard-compat-'));
  const many = Array.from({ length: entities }, (_, i) => `apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: generated-${String(i).padStart(4, '0')}, tags: [generated]}
spec: {type: library, lifecycle: experimental, owner: platform}
`).join('---\n');
  await writeFile(join(folder, 'many.yaml'), many);
  await writeFile(join(folder, 'extra.yaml'), extra);
  await writeFile(join(folder, 'app-config.yaml'), `
app: {baseUrl: 'http://localhost:7007'}
backend:
  baseUrl: 'http://localhost:7007'
  listen: '127.0.0.1:0'
  database: {client: better-sqlite3, connection: ':memory:'}
  reading: {allow: ${JSON.stringify(readable.map((host) => ({ host })))}}
  auth:
    externalAccess:
      - {type: static, options: {token: ${TOKEN}, subject: compat}}
      - {type: legacy, options: {secret: '${LEGACY_SECRET}', subject: compat-legacy}}
auth: {environment: development, providers: {guest: {}}}
catalog:
  rules: [{allow: [Component, API, Resource, System, Domain, Group, User, Location, Template, KindDefinition, Environment]}]
  locations:
    - {type: file, target: '${join(ROOT, 'examples/catalog-info.yaml')}'}
    ${entities ? "- {type: file, target: './many.yaml'}" : ''}
    ${extra ? "- {type: file, target: './extra.yaml'}" : ''}
`);
  const child = spawn(process.env.CALLBOARD_BIN ?? join(ROOT, 'target/debug/callboard'), ['--config', 'app-config.yaml'], { cwd: folder });
  // However this process ends, the portal does not outlive it.
  const kill = () => child.kill('SIGKILL');
  process.on('exit', kill);
  let log = '';
  child.stderr.on('data', (chunk) => { log += chunk; });
  const stop = async () => {
    process.removeListener('exit', kill);
    child.removeAllListeners('exit');
    if (child.exitCode === null && child.signalCode === null) {
      const ended = new Promise((done) => child.on('exit', done));
      child.kill();
      await ended;
    }
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const base = await address(child, () => log, (line) => { log += `${line}\n`; });
    await loaded(base, 57 + (entities ? entities + 1 : 0), () => log);
    return { base, log: () => log, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

// Where the portal says it is.
function address(child, log, keep) {
  return new Promise((found, failed) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      keep(line);
      const at = line.split('listening on ')[1];
      if (at) found(at.trim());
    });
    child.on('error', failed);
    child.on('exit', (code) => failed(new Error(`Callboard ended with ${code}:\n${log()}`)));
  });
}

async function loaded(base, expected, log) {
  for (let tries = 0; ; tries++) {
    const answer = await fetch(`${base}/api/catalog/entities/by-query?limit=0`, { headers: { authorization: `Bearer ${TOKEN}` } });
    const { totalItems } = await answer.json();
    if (totalItems >= expected) return;
    if (tries > 600) throw new Error(`only ${totalItems} entities are there:\n${log()}`);
    await new Promise((resume) => setTimeout(resume, 100));
  }
}

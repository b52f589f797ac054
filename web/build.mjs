// Bundles the islands. Names with hashes and compression are the Rust build's business, which embeds what is made here.
import { build } from 'esbuild';

await build({
  entryPoints: { app: 'islands/app.ts', graph: 'islands/graph.ts' },
  outdir: 'dist',
  bundle: true,
  minify: true,
  format: 'esm',
  target: 'es2022',
  legalComments: 'none',
  logLevel: 'warning',
});

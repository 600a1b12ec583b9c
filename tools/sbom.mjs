#!/usr/bin/env node
// Writes what a package is made of as a CycloneDX 1.6 document: every crate that is compiled into `gpx_xdplive` or into the
// eBPF object in it, and every npm package with code in `module.js` and its parts, with version, licence and checksum. Build
// scripts, macros and tests are no part of it, nor what Grafana provides.
//     sbom.mjs TARGET DIRECTORY, such as x86_64-unknown-linux-gnu dist

import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

const [target, directory] = process.argv.slice(2);
if (!directory) {
  console.error('usage: sbom.mjs TARGET DIRECTORY, such as x86_64-unknown-linux-gnu dist');
  process.exit(1);
}

/** The Rust that is packaged: a manifest, the package in it, and the target it is built for; none for the kernel's. */
const ROOTS = [
  { manifest: 'Cargo.toml', name: 'xdplive-plugin', target },
  { manifest: 'ebpf/Cargo.toml', name: 'xdplive-ebpf' },
];

const cargo = (...options) => execFileSync('cargo', options, { encoding: 'utf8', maxBuffer: 1 << 28 });

/** What is linked into a package, as name and version: with the features that it has by itself, unlike in all the workspace. */
function linked({ manifest, name, target }) {
  const platform = target ? ['--target', target] : [];
  const options = ['--manifest-path', manifest, '--package', name, '--locked', ...platform];
  const tree = cargo('tree', ...options, '--edges', 'normal,no-proc-macro', '--prefix', 'none', '--format', '{p}');
  const lines = tree.split('\n').filter((line) => line !== '');
  return new Set(lines.map((line) => line.replace(/^(\S+) v(\S+).*$/, '$1@$2')));
}

/** Checksums of crates, by name and version, as the lock file beside a manifest has them. */
function checksums(manifest) {
  const lock = readFileSync(manifest.replace('Cargo.toml', 'Cargo.lock'), 'utf8');
  const entry = /name = "([^"]+)"\nversion = "([^"]+)"\nsource = "[^"]+"\nchecksum = "([0-9a-f]{64})"/g;
  return new Map([...lock.matchAll(entry)].map(([, name, version, sum]) => [`${name}@${version}`, sum]));
}

/** Every crate that is linked into a root, with the references of those that it needs itself. */
function components(root) {
  const { packages, resolve } = JSON.parse(
    cargo('metadata', '--locked', '--format-version', '1', '--manifest-path', root.manifest)
  );
  const sums = checksums(root.manifest);
  const of = (crate) => `${crate.name}@${crate.version}`;
  const names = new Map(packages.map((crate) => [crate.id, of(crate)]));
  const nodes = new Map(resolve.nodes.map((node) => [node.id, node]));
  const set = linked(root);
  const crates = packages.filter((crate) => set.has(of(crate)));
  if (crates.length !== set.size) {
    throw new Error(`of ${set.size} crates in ${root.name}, ${crates.length} are described`);
  }
  return crates.map((crate) => {
    const { id, name, version, license, source } = crate;
    const sum = sums.get(of(crate));
    if (source && !(sum && license)) {
      throw new Error(`${of(crate)} has no ${sum ? 'licence' : 'checksum'}`);
    }
    const needed = nodes.get(id).dependencies.map((needed) => names.get(needed));
    return {
      component: {
        type: 'library',
        'bom-ref': reference(of(crate)),
        name,
        version,
        // Before there were expressions, crates wrote "MIT/Apache-2.0".
        licenses: [{ expression: license.replaceAll('/', ' OR ').replaceAll('  ', ' ') }],
        ...(source && { purl: reference(of(crate)), hashes: [{ alg: 'SHA-256', content: sum }] }),
      },
      dependency: {
        ref: reference(of(crate)),
        dependsOn: needed
          .filter((name) => set.has(name))
          .map(reference)
          .sort(),
      },
    };
  });
}

const reference = (crate) => `pkg:cargo/${crate}`;

/** Paths of npm packages below the checkout that source maps name as sources. */
function bundled() {
  const maps = readdirSync(directory).filter((file) => file.endsWith('.js.map'));
  const sources = maps.flatMap((file) => JSON.parse(readFileSync(`${directory}/${file}`, 'utf8')).sources);
  const paths = sources.map((source) => /node_modules\/(.*node_modules\/)?(@[^/]+\/)?[^/]+/.exec(source)?.[0]);
  return [...new Set(paths.filter((path) => path !== undefined))];
}

/** The npm packages that are bundled, as the lock file has them. Source maps do not tell which of them needs which. */
function packages() {
  const lock = JSON.parse(readFileSync('package-lock.json', 'utf8'));
  return bundled().map((path) => {
    const { version, license, integrity } = lock.packages[path] ?? {};
    const [, sum] = /^sha512-(.+)$/.exec(integrity ?? '') ?? [];
    if (!(version && license && sum)) {
      throw new Error(`package-lock.json has no version, licence or checksum of ${path}`);
    }
    const name = path.replace(/^.*node_modules\//, '');
    const purl = `pkg:npm/${name.replace('@', '%40')}@${version}`;
    return {
      component: {
        type: 'library',
        'bom-ref': purl,
        name,
        version,
        licenses: [{ expression: license }],
        purl,
        hashes: [{ alg: 'SHA-512', content: Buffer.from(sum, 'base64').toString('hex') }],
      },
      dependency: { ref: purl, dependsOn: [] },
    };
  });
}

const { name, version } = JSON.parse(readFileSync('package.json', 'utf8'));
const main = `${name}@${version}`;
// What both have is one component, which needs what it needs in either.
const all = new Map();
for (const { component, dependency } of [...ROOTS.flatMap(components), ...packages()]) {
  const before = all.get(component['bom-ref']);
  const dependsOn = [...new Set([...(before?.dependency.dependsOn ?? []), ...dependency.dependsOn])].sort();
  all.set(component['bom-ref'], { component, dependency: { ...dependency, dependsOn } });
}
const sorted = [...all.entries()].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, entry]) => entry);
const isDirect = ({ 'bom-ref': ref, name }) => ref.startsWith('pkg:npm/') || ROOTS.some((root) => root.name === name);
const direct = sorted.filter(({ component }) => isDirect(component));
const document = {
  bomFormat: 'CycloneDX',
  specVersion: '1.6',
  version: 1,
  metadata: {
    component: { type: 'application', 'bom-ref': main, name, version, licenses: [{ expression: 'Apache-2.0' }] },
  },
  components: sorted.map(({ component }) => component),
  dependencies: [
    { ref: main, dependsOn: direct.map(({ component }) => component['bom-ref']) },
    ...sorted.map(({ dependency }) => dependency),
  ],
};
console.log(JSON.stringify(document, null, 2));

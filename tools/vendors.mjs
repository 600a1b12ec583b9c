// Writes pkg/names/data/vendors.tsv, who has which block of Ethernet addresses, from the files of the IEEE's registry:
//
//   node tools/vendors.mjs oui.csv mam.csv oui36.csv iab.csv >pkg/names/data/vendors.tsv
//
// They are at https://standards-oui.ieee.org (oui/oui.csv, oui28/mam.csv, oui36/oui36.csv, iab/iab.csv), and in Debian's
// package ieee-data below /usr/share/ieee-data.

import { readFileSync } from 'node:fs';
import { argv, exit, stderr, stdout } from 'node:process';

const files = argv.slice(2);
if (files.length === 0) {
  stderr.write('usage: node tools/vendors.mjs oui.csv mam.csv oui36.csv iab.csv >pkg/names/data/vendors.tsv\n');
  exit(2);
}

/** Longest name, bytes; what is longer is cut. */
const LONGEST = 60;

/** Owners that say nothing about who made a card: those of blocks that are divided further, and those not told. */
const NOBODY = new Set(['IEEE Registration Authority', 'Private']);

/** What companies are, which says nothing about who they are. Punctuation and case do not count. */
const FORMS = new Set(
  [
    'ab ag aps as asa bhd bv bvba co company corp corporation doo eood gmbh inc incorporated kft kg kk lda limited llc llp',
    'ltd ltda mbh nv ood oy oyj plc pte pty pvt sa sarl sas sdn sl spa spzoo srl sro',
  ].flatMap((line) => line.split(' '))
);

/** The cells of each line. A cell with a comma or a quote has quotes around it, and quotes in it are doubled. */
function* records(text) {
  let cells = [];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/g)) {
    cells.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end !== ',') {
      yield cells;
      cells = [];
    }
  }
}

/** An owner as it stands in a column: without what kind of company it is, quotes and superfluous space. */
function shortened(owner) {
  const words = owner
    .replaceAll(/["\\\p{C}]/gu, ' ')
    .replaceAll(/,(?=\S)/g, ', ')
    .trim()
    .split(/\s+/);
  const isForm = (word) => word === '&' || FORMS.has(word.toLowerCase().replaceAll(/[.,()]/g, ''));
  while (words.length > 1 && isForm(words.at(-1))) {
    words.pop();
  }
  let name = words.join(' ').replace(/[\s,&-]+$/u, '');
  while (Buffer.byteLength(name) > LONGEST) {
    name = [...name].slice(0, -1).join('').trimEnd();
  }
  return name;
}

const blocks = new Map();
for (const file of files) {
  for (const [registry, block, owner] of records(readFileSync(file, 'utf8'))) {
    if (registry === 'Registry' || block === undefined || owner === undefined || NOBODY.has(owner.trim())) {
      continue;
    }
    if (!/^(?:[0-9A-F]{6}|[0-9A-F]{7}|[0-9A-F]{9})$/.test(block)) {
      throw new Error(`${file}: ${block} is no block of addresses`);
    }
    const name = shortened(owner);
    // Some blocks of the first years have two owners. The first in the file stays.
    if (name !== '' && !blocks.has(block)) {
      blocks.set(block, name);
    }
  }
}

const owners = new Map();
for (const [block, name] of blocks) {
  owners.set(name, [...(owners.get(name) ?? []), block]);
}
const order = (one, other) => (one < other ? -1 : Number(one > other));
const lines = [...owners]
  .sort(([one], [other]) => order(one, other))
  .map(([name, of]) => `${name}\t${of.sort(order).join(' ')}`);
stdout.write(`# Who has which block of Ethernet addresses, by its first 24, 28 or 36 bits: a line an owner. From the registry of the
# IEEE (MA-L, MA-M, MA-S, IAB), by tools/vendors.mjs.
${lines.join('\n')}
`);

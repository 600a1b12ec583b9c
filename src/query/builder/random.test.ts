import { existsSync, readFileSync, writeFileSync } from 'fs';
import path from 'path';

import type { Condition, Conditions, FieldName } from '../../resources/filter';

import { FIELDS } from './fields';
import { writeConditions } from './write';

/** The back end's tests read what is written there: `UPDATE_GOLDEN=1 npx jest random` writes it anew. */
const FILE = path.resolve('testdata/filters/random-conditions.json');

const CASES = 300;

/** Of some fields values that they take; any field may have one of the others as well. */
const FITTING: Partial<Record<FieldName, string[]>> = {
  host: ['192.0.2.7', '::1', '2001:db8::7'],
  'source-host': ['192.0.2.7', '::1'],
  'destination-host': ['224.0.0.251', 'ff02::fb'],
  net: ['10.0.0.0/8', 'fd00::/8', '192.0.2'],
  port: ['22', '8000-8080', 'https', '0x50'],
  'source-port': ['22', '1024-65535', 'ssdp'],
  'destination-port': ['53', 'domain'],
  'tcp-port': ['22', '80-90', 'http'],
  'udp-port': ['53', '1900'],
  protocol: ['tcp', 'udp', '\\icmp', 'GRE', '47', 'arp', 'ip6'],
  vlan: ['1', '40', '4095'],
  ttl: ['1', '64'],
  dscp: ['46', '8'],
  'tcp-flag': ['syn', 'ack', 'fin', 'rst'],
  ethertype: ['arp', '0x88cc', 'ip6'],
  mac: ['02:00:5e:10:00:01', 'ff:ff:ff:ff:ff:ff'],
  'source-mac': ['02:00:5e:10:00:01'],
  'destination-mac': ['01:80:c2:00:00:00'],
  length: ['60', '1500'],
};

const OTHERS = ['1', '8000-8080', '192.0.2.7', '10.0.0.0/8', '::1', 'https', 'TCP', '\\icmp', 'ef', 'x'];

/** The same numbers in each run (an LCG with the constants of Numerical Recipes). */
function numbers(seed: number): (most: number) => number {
  let state = seed;
  return (most) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 4_294_967_296) * most);
  };
}

function atRandom(upTo: (most: number) => number): Conditions {
  const pick = <T>(list: readonly T[]): T => list[upTo(list.length)] as T;
  const conditions = Array.from({ length: 1 + upTo(3) }, (): Condition => {
    const { name, operators, values } = pick(FIELDS);
    const operator = pick(operators);
    const typed = () => pick(upTo(8) === 0 ? OTHERS : (FITTING[name] ?? OTHERS));
    const chosen = 'chosen' in values ? [pick(values.chosen()).text] : Array.from({ length: 1 + upTo(3) }, typed);
    return {
      field: name,
      operator,
      values: operator === 'present' || operator === 'absent' ? [] : [...new Set(chosen)],
    };
  });
  return { joint: conditions.length > 1 && upTo(2) > 0 ? 'or' : 'and', conditions };
}

it('are written as the file has it, which the back end reads', () => {
  const upTo = numbers(11);
  const lines = Array.from({ length: CASES }, () => {
    const { joint, conditions } = atRandom(upTo);
    const listed = conditions.map(({ field, operator, values }) => [field, operator, ...values]);
    return JSON.stringify({ filter: writeConditions({ joint, conditions }).text, joint, conditions: listed });
  });
  const text = `[\n${lines.join(',\n')}\n]\n`;
  if (process.env.UPDATE_GOLDEN !== undefined) {
    writeFileSync(FILE, text);
  }
  expect(existsSync(FILE) && readFileSync(FILE, 'utf8')).toBe(text);
});

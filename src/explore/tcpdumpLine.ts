/** A packet's row, by the names of its columns. */
export type PacketRow = Record<string, unknown>;

/** A packet as tcpdump writes it on any interface, as far as its headers say; `length` is that of the IP packet. */
export function tcpdumpLine(row: PacketRow): string {
  const where = [text(row.interface), row.direction === 'out' ? 'Out' : 'In'].filter(Boolean).join(' ');
  const tags = [tunnel(row), tag('vlan', row.vlan), tag('vlan', row.inner_vlan)].join('');
  const fault = text(row.malformed) === '' ? '' : ` [${text(row.malformed)}]`;
  return `${where} ${tags}${packet(row)}${fault}`;
}

/** Behind a line: what its hosts are called; nothing where neither has a name. */
export function namesOfHosts(row: PacketRow): string {
  const [source, destination] = [text(row.source_name), text(row.destination_name)];
  return source === '' && destination === ''
    ? ''
    : ` (${source || text(row.source_ip)} > ${destination || text(row.destination_ip)})`;
}

function packet(row: PacketRow): string {
  const source = end(row.source_ip, row.source_port);
  const destination = end(row.destination_ip, row.destination_port);
  if (typeof row.version === 'number') {
    const name = row.version === 6 ? 'IP6' : 'IP';
    return `${name} ${source} > ${destination}: ${upper(row)}${lifetime(row)}, length ${number(row.length)}`;
  }
  const ends = source === '' ? `${text(row.source_mac)} > ${text(row.destination_mac)}` : `${source} > ${destination}`;
  return `${text(row.ethertype) || 'unknown'} ${ends}, length ${number(row.frame_length)}`;
}

function upper(row: PacketRow): string {
  const protocol = text(row.protocol) || 'no upper layer';
  if (row.tcp_flags !== null && row.tcp_flags !== undefined) {
    return `Flags [${flags(text(row.tcp_flags))}]`;
  }
  if (typeof row.icmp_type === 'number') {
    return `${protocol} ${icmp(protocol, row.icmp_type, number(row.icmp_code))}`;
  }
  return row.fragment === true ? `${protocol}, fragment` : protocol;
}

/** Letters in tcpdump's order. */
const FLAG_LETTERS: ReadonlyArray<[string, string]> = [
  ['FIN', 'F'],
  ['SYN', 'S'],
  ['RST', 'R'],
  ['PSH', 'P'],
  ['ACK', '.'],
  ['URG', 'U'],
  ['ECE', 'E'],
  ['CWR', 'W'],
];

function flags(names: string): string {
  const set = new Set(names.split(','));
  return FLAG_LETTERS.map(([name, letter]) => (set.has(name) ? letter : '')).join('') || 'none';
}

const ICMP_TYPES: Record<string, Record<number, string>> = {
  ICMP: { 0: 'echo reply', 3: 'unreachable', 5: 'redirect', 8: 'echo request', 11: 'time exceeded' },
  'IPv6-ICMP': {
    1: 'unreachable',
    2: 'packet too big',
    3: 'time exceeded',
    128: 'echo request',
    129: 'echo reply',
    133: 'router solicitation',
    134: 'router advertisement',
    135: 'neighbor solicitation',
    136: 'neighbor advertisement',
  },
};

function icmp(protocol: string, type: number, code: string): string {
  return ICMP_TYPES[protocol]?.[type] ?? `type ${type}, code ${code}`;
}

/** A low TTL says that the packet is not to go far, or has come far. */
function lifetime({ ttl }: PacketRow): string {
  return typeof ttl === 'number' ? `, ttl ${ttl}` : '';
}

function end(address: unknown, port: unknown): string {
  return typeof port === 'number' ? `${text(address)}.${port}` : text(address);
}

function tag(name: string, id: unknown): string {
  return typeof id === 'number' ? `${name} ${id}, ` : '';
}

/** What carries the packet, where somebody has looked. */
function tunnel(row: PacketRow): string {
  const kinds = text(row.tunnel);
  const id = typeof row.tunnel_id === 'number' ? ` ${row.tunnel_id}` : '';
  return kinds === '' ? '' : `${kinds}${id}, `;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function number(value: unknown): string {
  return typeof value === 'number' ? String(value) : '?';
}

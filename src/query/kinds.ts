import type { QueryKind, XdpQuery } from './model';

/** Keys that say something to some kinds only. */
const KEYS_OF_SOME_KINDS = ['filter', 'columns', 'limit', 'interval', 'measure'] as const;

type KeyOfSomeKinds = (typeof KEYS_OF_SOME_KINDS)[number];

interface Kind {
  kind: QueryKind;
  label: string;
  description: string;
  /** What it shows of the packets of a direction, as in "counters of incoming packets". */
  phrase: (direction: string) => string;
  uses: readonly KeyOfSomeKinds[];
}

/** What a panel can show. */
export const KINDS: readonly Kind[] = [
  {
    kind: 'packets',
    label: 'Packets',
    description: 'A row for each packet',
    phrase: (direction) => `${direction} packets`,
    uses: ['filter', 'columns', 'limit'],
  },
  {
    kind: 'rates',
    label: 'Rates',
    description: 'How much there is: counted in the kernel, exact at any load',
    phrase: (direction) => `rate of ${direction} packets`,
    uses: ['filter', 'columns', 'interval', 'measure'],
  },
  {
    kind: 'capture',
    label: 'Capture',
    description: 'Counters of the capture itself: packets seen, matched, thinned, lost and delivered',
    phrase: (direction) => `counters of ${direction} packets`,
    uses: ['columns', 'interval'],
  },
];

/** The kind that a query asks for; undefined where its dashboard comes from a version that knows more of them. */
export function kindOf(query: XdpQuery): Kind | undefined {
  const asked = query.kind ?? 'packets';
  return KINDS.find(({ kind }) => kind === asked);
}

/** Whether a key says something to the query's kind. To a kind that is not known, every key may. */
export function isUsed(query: XdpQuery, key: KeyOfSomeKinds): boolean {
  return kindOf(query)?.uses.includes(key) ?? true;
}

/** The query as it is asked: what the editor does not show for its kind must not make it fail. */
export function withoutUnusedKeys(query: XdpQuery): XdpQuery {
  const unused: string[] = KEYS_OF_SOME_KINDS.filter((key) => !isUsed(query, key));
  return Object.fromEntries(Object.entries(query).filter(([key]) => !unused.includes(key))) as unknown as XdpQuery;
}

import { changedQuery, NOTHING_SET_ASIDE } from './changedQuery';
import type { XdpQuery } from './model';

/** The query after each of the changes, one after the other. */
function after(query: XdpQuery, ...changes: Array<Partial<XdpQuery>>): XdpQuery[] {
  let state = { changed: query, aside: NOTHING_SET_ASIDE };
  return changes.map((change) => {
    state = changedQuery(state.changed, change, state.aside);
    return state.changed;
  });
}

const always = { refId: 'A', interfaces: ['eth0'], direction: 'in' } as const;
const query = (keys: Partial<XdpQuery>): XdpQuery => ({ ...always, interfaces: ['eth0'], ...keys });

it('has what was chosen and no more', () => {
  expect(after(query({ filter: 'tcp', limit: 50 }), { filter: undefined, limit: 70 })).toStrictEqual([
    query({ limit: 70 }),
  ]);
});

it('goes on with a filter to each kind that takes one, and finds it again after the one that takes none', () => {
  const packets = query({ filter: 'tcp', limit: 50, rowsKept: 70 });
  expect(
    after(packets, { kind: 'rates' }, { kind: 'flows' }, { kind: 'capture' }, { kind: 'rates' }, { kind: 'packets' })
  ).toStrictEqual([
    query({ kind: 'rates', filter: 'tcp' }),
    query({ kind: 'flows', filter: 'tcp' }),
    query({ kind: 'capture', rowsKept: 70 }),
    query({ kind: 'rates', filter: 'tcp' }),
    query({ kind: 'packets', filter: 'tcp', limit: 50, rowsKept: 70 }),
  ]);
});

it('takes the filter that was typed last, and none where it was emptied', () => {
  const packets = query({ filter: 'tcp' });
  expect(
    after(packets, { kind: 'rates' }, { filter: 'udp' }, { kind: 'capture' }, { kind: 'packets' }).at(-1)
  ).toStrictEqual(query({ kind: 'packets', filter: 'udp' }));
  expect(
    after(packets, { kind: 'rates' }, { filter: undefined }, { kind: 'capture' }, { kind: 'packets' }).at(-1)
  ).toStrictEqual(query({ kind: 'packets' }));
});

it('has columns of its own for each kind', () => {
  expect(
    after(
      query({ columns: ['ttl'] }),
      { kind: 'capture' },
      { columns: ['seen'] },
      { kind: 'packets' },
      { kind: 'capture' }
    )
  ).toStrictEqual([
    query({ kind: 'capture' }),
    query({ kind: 'capture', columns: ['seen'] }),
    query({ kind: 'packets', columns: ['ttl'] }),
    query({ kind: 'capture', columns: ['seen'] }),
  ]);
});

it('has a number of groups while there are groups', () => {
  const rates = query({ kind: 'rates', groupBy: 'source', top: 5, measure: 'bits' });
  expect(
    after(rates, { groupBy: undefined }, { groupBy: 'vlan' }, { kind: 'packets' }, { kind: 'rates' })
  ).toStrictEqual([
    query({ kind: 'rates', measure: 'bits' }),
    query({ kind: 'rates', groupBy: 'vlan', top: 5, measure: 'bits' }),
    query({ kind: 'packets' }),
    query({ kind: 'rates', groupBy: 'vlan', top: 5, measure: 'bits' }),
  ]);
});

it('has groups by tunnels while it looks into them', () => {
  const rates = query({ kind: 'rates', groupBy: 'tunnel', decapsulate: 'inner' });
  expect(after(rates, { measure: 'bits' }, { decapsulate: undefined })).toStrictEqual([
    { ...rates, measure: 'bits' },
    query({ kind: 'rates', measure: 'bits' }),
  ]);
  expect(after(rates, { kind: 'capture' }, { kind: 'rates' }).at(-1)).toStrictEqual(rates);
  expect(after(rates, { kind: 'packets' }, { decapsulate: undefined }, { kind: 'rates' }).at(-1)).toStrictEqual(
    query({ kind: 'rates' })
  );
});

it.each([{ groupBy: 'source' as const }, { groupBy: 'tunnel' as const, version: 2 }])(
  'keeps %j where it does not look into tunnels any more',
  (kept) => {
    const rates = query({ kind: 'rates', ...kept, decapsulate: 'inner' });
    expect(after(rates, { decapsulate: undefined })).toStrictEqual([query({ kind: 'rates', ...kept })]);
  }
);

it('loses with any change what it was saved with and does not use', () => {
  const saved = query({ kind: 'capture', filter: 'tcp', top: 5 });
  expect(after(saved, { direction: 'out' }, { kind: 'flows' })).toStrictEqual([
    query({ kind: 'capture', direction: 'out' }),
    query({ kind: 'flows', direction: 'out', filter: 'tcp', top: 5 }),
  ]);
});

it('does not take from what was set aside for a query that has become another one meanwhile', () => {
  const { aside } = changedQuery(query({ filter: 'tcp' }), { kind: 'capture' }, NOTHING_SET_ASIDE);
  expect(changedQuery(query({ kind: 'flows' }), { direction: 'out' }, aside).changed).toStrictEqual(
    query({ kind: 'flows', direction: 'out' })
  );
});

it('leaves groups with a kind that does not have them', () => {
  expect(
    after(query({ kind: 'rates', groupBy: 'vlan' }), { kind: 'drops' }, { groupBy: 'reason' }, { kind: 'rates' })
  ).toEqual([query({ kind: 'drops' }), query({ kind: 'drops', groupBy: 'reason' }), query({ kind: 'rates' })]);
});

it.each([{ version: 2, kind: 'capture' as const }, { kind: 'histogram' as never }])(
  'keeps all keys where it may use more than is known: %j',
  (unknown) => {
    const saved = query({ ...unknown, filter: 'tcp', top: 5, limit: 7 });
    expect(after(saved, { direction: 'out' })).toStrictEqual([{ ...saved, direction: 'out' }]);
  }
);

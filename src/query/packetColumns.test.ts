import { COLUMNS } from '../testing/columns';

import { NAME_COLUMNS, PACKET_COLUMNS, TUNNEL_COLUMNS } from './packetColumns';

describe('columns of packets', () => {
  it('are those of the back end', () => {
    const named = (isOptional: boolean) =>
      COLUMNS.packets.filter(({ optional = false }) => optional === isOptional).map(({ name }) => name);
    expect(PACKET_COLUMNS).toEqual(named(false));
    expect(named(true)).toEqual(expect.arrayContaining([...TUNNEL_COLUMNS, ...NAME_COLUMNS]));
  });
});

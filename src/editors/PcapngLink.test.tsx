import type { ScopedVars } from '@grafana/data';
import { setTemplateSrv, type TemplateSrv } from '@grafana/runtime';
import { render, screen } from '@testing-library/react';

import { PcapngLink } from './PcapngLink';

/** A dashboard on which two interfaces are chosen. A panel that is repeated by them has one of them for its own. */
beforeAll(() => {
  const replace = (text = '', scopedVars: ScopedVars = {}) => {
    const own: unknown = scopedVars.interface?.value;
    return text.replace('$interface', typeof own === 'string' ? own : 'eth0\neth1');
  };
  setTemplateSrv({ getVariables: () => [], replace } as unknown as TemplateSrv);
});

function interfacesOfFile(scopedVars?: ScopedVars): unknown {
  render(
    <PcapngLink
      dataSourceUid="uid-1"
      query={{ refId: 'A', interfaces: ['$interface'] }}
      adHocFilters={undefined}
      scopedVars={scopedVars}
    />
  );
  const link = screen.getByRole('link', { name: /pcapng/ });
  const asked = new URL(link.getAttribute('href') ?? '', 'http://grafana').searchParams.get('query') ?? '';
  return (JSON.parse(asked) as { interfaces: unknown }).interfaces;
}

it('is of the interface of its panel where the panel is repeated', () => {
  expect(interfacesOfFile({ interface: { text: 'eth1', value: 'eth1' } })).toEqual(['eth1']);
});

it('is of the interfaces that are chosen where it is not', () => {
  expect(interfacesOfFile()).toEqual(['eth0', 'eth1']);
});

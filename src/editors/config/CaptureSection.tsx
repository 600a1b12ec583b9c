import { ConfigSection } from '@grafana/plugin-ui';
import { Combobox, Field, Switch, type ComboboxOption } from '@grafana/ui';

import { fixedHook, ownPortsNote } from '../../settings/administrator';
import type { IngressHook } from '../../settings/model';

import { FIELD_WIDTH, type SectionProps } from './editing';
import { MaxLimitField } from './MaxLimitField';

const HOOKS: Array<ComboboxOption<IngressHook>> = [
  {
    value: 'auto',
    label: 'Automatic',
    description: 'Native XDP on physical cards that take it, else TCX, else generic XDP',
  },
  {
    value: 'xdp-native',
    label: 'Native XDP',
    description: 'In the driver: the least cost; the driver must support it',
  },
  { value: 'tcx', label: 'TCX', description: 'After the driver, shared with other programs; Linux 6.6 or later' },
  {
    value: 'xdp-generic',
    label: 'Generic XDP',
    description: 'After the driver, on every card; no other XDP program beside it',
  },
];

export function CaptureSection(props: SectionProps) {
  const { stored, readOnly, set, server } = props;
  const fixed = server && fixedHook(server, stored.hook);
  const isFixed = fixed !== undefined && !fixed.isContradicted;
  const ownPorts = server && ownPortsNote(server);

  return (
    <ConfigSection title="Capture" description="How packets are taken from the interfaces.">
      <Field
        label="Hook for incoming packets"
        description={`Where in the kernel packets are read. Outgoing packets are always read by TCX. ${fixed?.note ?? ''}`}
        disabled={readOnly || isFixed}
        invalid={fixed?.isContradicted}
        error={fixed && `Choose Automatic or ${labelOf(fixed.hook)}: another hook is refused, and nothing is shown.`}
      >
        <Combobox<IngressHook>
          id="xdplive-config-hook"
          data-testid="xdplive-config-hook"
          width={FIELD_WIDTH}
          options={HOOKS}
          value={isFixed ? fixed.hook : (stored.hook ?? 'auto')}
          onChange={({ value }) => {
            set('hook', value);
          }}
        />
      </Field>
      <Field
        label="Show own traffic"
        description={`Off: the TCP traffic by which this machine's Grafana delivers what is shown is counted and left out, because each packet shown would bring about more of them. On: it is shown too. ${ownPorts?.note ?? ''}`}
        disabled={readOnly || ownPorts?.isNone}
      >
        <Switch
          id="xdplive-config-show-own-traffic"
          data-testid="xdplive-config-show-own-traffic"
          value={stored.showOwnTraffic ?? false}
          onChange={({ currentTarget: { checked } }) => {
            set('showOwnTraffic', checked);
          }}
        />
      </Field>
      <MaxLimitField {...props} />
    </ConfigSection>
  );
}

function labelOf(hook: IngressHook): string {
  return HOOKS.find(({ value }) => value === hook)?.label ?? hook;
}

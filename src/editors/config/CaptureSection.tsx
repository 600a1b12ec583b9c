import { ConfigSection } from '@grafana/plugin-ui';
import { Combobox, Field, Switch, type ComboboxOption } from '@grafana/ui';

import { t } from '../../locale/t';
import { fixedHook, ownPortsNote } from '../../settings/administrator';
import type { IngressHook } from '../../settings/model';

import { FIELD_WIDTH, withNote, type SectionProps } from './editing';
import { MaxLimitField } from './MaxLimitField';

function hooks(): Array<ComboboxOption<IngressHook>> {
  return [
    {
      value: 'auto',
      label: t('hook.auto.label', 'Automatic'),
      description: t('hook.auto.description', 'Native XDP on physical cards that take it, else TCX, else generic XDP'),
    },
    {
      value: 'xdp-native',
      label: t('hook.xdp-native.label', 'Native XDP'),
      description: t('hook.xdp-native.description', 'In the driver: the least cost; the driver must support it'),
    },
    {
      value: 'tcx',
      label: t('hook.tcx.label', 'TCX'),
      description: t('hook.tcx.description', 'After the driver, shared with other programs; Linux 6.6 or later'),
    },
    {
      value: 'xdp-generic',
      label: t('hook.xdp-generic.label', 'Generic XDP'),
      description: t('hook.xdp-generic.description', 'After the driver, on every card; no other XDP program beside it'),
    },
  ];
}

export function CaptureSection(props: SectionProps) {
  const { stored, readOnly, set, server } = props;
  const fixed = server && fixedHook(server, stored.hook);
  const isFixed = fixed !== undefined && !fixed.isContradicted;
  const ownPorts = server && ownPortsNote(server);

  return (
    <ConfigSection
      title={t('config.capture.title', 'Capture')}
      description={t('config.capture.description', 'How packets are captured on the interfaces.')}
    >
      <Field
        label={t('config.hook.label', 'Hook for incoming packets')}
        description={withNote(
          t(
            'config.hook.description',
            'Where in the kernel packets are read. Outgoing packets are always read by TCX.'
          ),
          fixed?.note
        )}
        disabled={readOnly || isFixed}
        invalid={fixed?.isContradicted}
        error={
          fixed &&
          t('config.hook.contradicted', 'Choose {{auto}} or {{hook}}: another hook is refused, and nothing is shown.', {
            auto: labelOf('auto'),
            hook: labelOf(fixed.hook),
          })
        }
      >
        <Combobox<IngressHook>
          id="xdplive-config-hook"
          data-testid="xdplive-config-hook"
          width={FIELD_WIDTH}
          options={hooks()}
          value={isFixed ? fixed.hook : (stored.hook ?? 'auto')}
          onChange={({ value }) => {
            set('hook', value);
          }}
        />
      </Field>
      <Field
        label={t('config.own-traffic.label', 'Show own traffic')}
        description={withNote(
          t(
            'config.own-traffic.description',
            "Off: packets that deliver what panels show (TCP of this machine's Grafana) are counted, but not shown. Each packet shown would cause more packets. On: they are shown, too."
          ),
          ownPorts?.note
        )}
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
  return hooks().find(({ value }) => value === hook)?.label ?? hook;
}

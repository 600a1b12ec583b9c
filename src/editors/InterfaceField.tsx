import { getTemplateSrv } from '@grafana/runtime';
import { useMemo } from 'react';

import { t } from '../locale/t';
import { withoutContradiction } from '../query/interfaceSets';
import type { NetworkInterface } from '../resources/interfaces';

import { interfaceOptions } from './interfaceOptions';
import { NamesField } from './NamesField';
import type { Loaded } from './useLoaded';

interface Props {
  id: string;
  tooltip: string;
  /** What stands there while none is chosen. */
  placeholder: string;
  value: string[];
  interfaces: Loaded<NetworkInterface[]>;
  onChange: (interfaces: string[]) => void;
}

/** Interfaces by name, also such as are not there yet, by pattern, and variables. */
export function InterfaceField({ id, tooltip, placeholder, value, interfaces, onChange }: Props) {
  const known = interfaces.state === 'loaded' ? interfaces.value : undefined;
  const options = useMemo(() => interfaceOptions(known ?? [], getTemplateSrv().getVariables()), [known]);

  return (
    <NamesField
      id={id}
      testId="xdplive-query-interfaces"
      label={t('query-editor.interface.label', 'Interface')}
      tooltip={tooltip}
      placeholder={placeholder}
      options={options}
      failed={
        interfaces.state === 'failed' &&
        t(
          'query-editor.interface.failed',
          'The interfaces could not be listed: {{reason}}. A name can still be typed.',
          {
            reason: interfaces.reason,
          }
        )
      }
      value={value}
      onChange={(chosen) => {
        onChange(withoutContradiction(chosen, value));
      }}
    />
  );
}

import { useState } from 'react';

import { ConfigEditor } from '../../../src/editors/ConfigEditor';
import type { XdpSettings } from '../../../src/settings/model';
import { settingsOf } from '../../../src/testing/settings';

import { deeds } from './deeds';

interface Props {
  jsonData: XdpSettings;
  readOnly: boolean;
}

/** The settings of a data source. */
export function ConfigPage({ jsonData, readOnly }: Props) {
  const [options, setOptions] = useState(settingsOf(jsonData, readOnly));
  return (
    <ConfigEditor
      options={options}
      onOptionsChange={(changed) => {
        deeds.settings.push(changed.jsonData);
        setOptions(changed);
      }}
    />
  );
}

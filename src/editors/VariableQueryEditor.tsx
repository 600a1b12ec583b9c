import type { QueryEditorProps } from '@grafana/data';
import { EditorRow } from '@grafana/plugin-ui';
import { FieldValidationMessage, Stack } from '@grafana/ui';
import { useCallback, useId } from 'react';

import type { XdpDataSource } from '../datasource/XdpDataSource';
import { t } from '../locale/t';
import type { XdpQuery } from '../query/model';
import {
  migrateVariableQuery,
  readVariableQuery,
  writeVariableQuery,
  type VariableQuery,
  type XdpVariableQuery,
} from '../query/variableQuery';
import type { XdpSettings } from '../settings/model';

import { ChoiceField } from './ChoiceField';
import { variableListChoices } from './choices';
import { InterfaceField } from './InterfaceField';
import { useLoaded } from './useLoaded';

type Props = QueryEditorProps<XdpDataSource, XdpQuery, XdpSettings, XdpVariableQuery>;

/** What a dashboard's variable lists, and of which interfaces. */
export function VariableQueryEditor({ datasource, query: saved, onChange }: Props) {
  const id = useId();
  const query = migrateVariableQuery(saved);
  const interfaces = useLoaded(useCallback(() => datasource.listInterfaces(), [datasource]));
  const read = reading(query.query);
  const shown = 'fault' in read ? undefined : read;
  const apply = (change: Partial<VariableQuery>) => {
    onChange({
      ...query,
      query: writeVariableQuery({ list: 'interfaces', interfaces: [], ...shown, ...change }),
    });
  };

  return (
    <Stack direction="column" gap={0.5}>
      <EditorRow>
        <ChoiceField
          label={t('variable-editor.list', 'List')}
          choices={variableListChoices()}
          value={shown?.list}
          onChange={(list) => {
            apply({ list });
          }}
        />
        {shown !== undefined && shown.list !== 'machines' && (
          <InterfaceField
            id={`${id}-interfaces`}
            tooltip={t(
              'variable-editor.interface.tooltip',
              'The list has these interfaces, or what was seen on them in what panels of this data source were sent. None: all of them. A variable such as $interface can be chosen, or a pattern such as eth* typed.'
            )}
            placeholder={t('variable-editor.interface.all', 'all interfaces')}
            value={shown.interfaces}
            interfaces={interfaces}
            onChange={(chosen) => {
              apply({ interfaces: chosen });
            }}
          />
        )}
      </EditorRow>
      {'fault' in read && <FieldValidationMessage>{read.fault}</FieldValidationMessage>}
    </Stack>
  );
}

function reading(text: string): VariableQuery | { fault: string } {
  try {
    return readVariableQuery(text);
  } catch (error) {
    return { fault: error instanceof Error ? error.message : String(error) };
  }
}

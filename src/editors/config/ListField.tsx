import { Field, TextArea } from '@grafana/ui';
import { useState } from 'react';

import { parsePatterns } from '../../settings/patterns';

import { FIELD_WIDTH } from './editing';

interface Props {
  id: string;
  label: string;
  description: string;
  placeholder: string;
  disabled: boolean;
  rows: number;
  /** What is stored; the text follows it once, when the page opens. */
  stored: string[] | undefined;
  onChange: (list: string[] | undefined) => void;
}

/** A list, one entry a line or between commas. */
export function ListField({ id, label, description, placeholder, disabled, rows, stored, onChange }: Props) {
  /** The text as typed: the list made of it would lose the comma or line break of an entry yet to come. */
  const [text, setText] = useState((stored ?? []).join('\n'));

  return (
    <Field label={label} description={description} disabled={disabled}>
      <TextArea
        id={id}
        data-testid={id}
        cols={FIELD_WIDTH}
        rows={rows}
        placeholder={placeholder}
        value={text}
        onChange={({ currentTarget: { value } }) => {
          setText(value);
          onChange(parsePatterns(value));
        }}
      />
    </Field>
  );
}

import { Combobox } from '@grafana/ui';
import { useRef } from 'react';

import { valueAt, valuesIn } from '../../query/builder/conditions';
import { fieldNamed } from '../../query/builder/fields';
import {
  isWordOfFilters,
  suggestionsBeginning,
  valuesOf,
  type Suggestion,
  type Vocabulary,
} from '../../query/completion';
import { isAddress } from '../../query/tags';
import type { Condition, ValueKind } from '../../resources/filter';
import { SuggestingInput } from '../SuggestingInput';
import type { Offer } from '../useCompletion';
import { useDraft } from '../useDraft';

import { HiddenLabel } from './HiddenLabel';

interface Props {
  id: string;
  label: string;
  condition: Condition;
  vocabulary: Vocabulary;
  isInvalid: boolean;
  describedBy: string;
  onFocus: () => void;
  onChange: (values: string[]) => void;
}

const WIDTH = 28;

/** One of a few values, or as many as are typed, with suggestions. */
export function ConditionValue(props: Props) {
  const { values } = fieldNamed(props.condition.field);
  return 'chosen' in values ? (
    <ChosenValue {...props} choices={values.chosen()} />
  ) : (
    <TypedValues {...props} suggested={values.suggested} />
  );
}

function ChosenValue({ id, label, condition, choices, onChange }: Props & { choices: readonly Suggestion[] }) {
  return (
    <>
      <HiddenLabel htmlFor={id}>{label}</HiddenLabel>
      <Combobox<string>
        id={id}
        width={WIDTH}
        placeholder={fieldNamed(condition.field).placeholder()}
        options={choices.map(({ text, meaning }) => ({ value: text, label: meaning }))}
        value={condition.values[0] ?? null}
        onChange={({ value }) => {
          onChange([value]);
        }}
      />
    </>
  );
}

function TypedValues({ id, label, condition, suggested, ...props }: Props & { suggested: Suggested }) {
  const element = useRef<HTMLInputElement>(null);
  const inForce = condition.values.join(', ');
  const draft = useDraft(inForce, (typed) => {
    const values = valuesIn(typed);
    if (values.join(', ') !== inForce) {
      props.onChange(values);
    }
    return true;
  });
  return (
    <SuggestingInput
      id={id}
      element={element}
      label={label}
      testId="xdplive-query-filter-value"
      width={WIDTH}
      placeholder={fieldNamed(condition.field).placeholder()}
      describedBy={props.describedBy}
      isInvalid={props.isInvalid}
      isMenu
      draft={draft}
      completer={{ offer: (text, cursor) => offerOf(suggested, text, cursor, props.vocabulary) }}
      onFocus={props.onFocus}
    />
  );
}

type Suggested = ValueKind | (() => readonly Suggestion[]);

function offerOf(suggested: Suggested, text: string, cursor: number, vocabulary: Vocabulary): Offer {
  const place = valueAt(text, cursor);
  const typed = text.slice(place.start, cursor);
  // The menus know by the field what a name is of; in a text the backslash says it. And of several values they make a list.
  const plain = (suggestion: Suggestion) => {
    const text = suggestion.text.replace(/^\\/, '').replace(/^\{(.*)\}$/, '$1');
    return { ...suggestion, text: text.replaceAll(',', ', ') };
  };
  return {
    place,
    suggestions:
      typeof suggested === 'string'
        ? valuesOf(suggested, typed, vocabulary).map(plain)
        : suggestionsBeginning(typed, suggested()),
    isComplete: /^\d+$/.test(typed) || isAddress(typed) || isWordOfFilters(typed, vocabulary),
  };
}

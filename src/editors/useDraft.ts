import { useState, type ChangeEvent, type KeyboardEvent } from 'react';

export interface Draft {
  /** What is being typed; undefined while the field shows what is in force. */
  draft: string | undefined;
  /** As if it were typed. */
  setDraft: (text: string) => void;
  /** As if it were typed and taken. */
  settle: (text: string) => void;
  /** For the input element. */
  input: {
    value: string;
    onChange: (event: ChangeEvent<HTMLInputElement>) => void;
    onBlur: () => void;
    onKeyDown: (event: KeyboardEvent<HTMLInputElement>) => void;
  };
}

/**
 * The text of a field that takes effect on Enter, also with Ctrl or Cmd, or when the field is left, so that a panel never runs with half of it.
 * `take` returns whether the text can be taken; where it cannot, the field keeps it.
 */
export function useDraft(inForce: string, take: (typed: string) => boolean): Draft {
  const [draft, setDraft] = useState<string>();

  const settle = (text: string) => {
    setDraft(take(text) ? undefined : text);
  };
  const commit = () => {
    if (draft !== undefined) {
      settle(draft);
    }
  };

  return {
    draft,
    setDraft,
    settle,
    input: {
      value: draft ?? inForce,
      onChange: (event) => {
        setDraft(event.currentTarget.value);
      },
      onBlur: commit,
      onKeyDown: (event) => {
        if (event.key === 'Enter') {
          commit();
        }
      },
    },
  };
}

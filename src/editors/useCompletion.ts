import { useLayoutEffect, useRef, useState, type KeyboardEvent } from 'react';

import { replacePlace, type Place, type Suggestion } from '../query/completion';

import type { InputRef } from './inputRef';

/** What can stand at a place of a text. */
export interface Offer {
  /** The word that it stands in place of. */
  place: Place;
  suggestions: Suggestion[];
  /** Whether the word is one already, as far as it is typed. */
  isComplete: boolean;
}

/** What can stand in a field. */
export interface Completer {
  /**
   * What the word at the cursor can become; where nothing is typed of it, perhaps only if it is asked for. Undefined while
   * that is not known.
   */
  offer: (text: string, cursor: number, isAskedFor: boolean) => Offer | undefined;
  /** Somebody will want to know what can stand there. */
  prepare?: (cursor: number) => void;
}

interface Completion {
  /** Empty: the list is closed. */
  suggestions: Suggestion[];
  active: number | undefined;
  choose: (suggestion: Suggestion) => void;
  /** The text has changed by typing. */
  typed: () => void;
  /** What can stand at the cursor is asked for. */
  ask: () => void;
  close: () => void;
  /** Whether the key was meant for the list, so that it means nothing else. */
  takesKey: (event: KeyboardEvent<HTMLInputElement>) => boolean;
}

interface Opened {
  cursor: number;
  isAskedFor: boolean;
  active: number | undefined;
}

/** Suggestions for the word at the cursor of an input. They follow what is typed and never stand in its way. */
export function useCompletion(
  input: InputRef,
  text: string,
  completer: Completer,
  change: (text: string) => void
): Completion {
  const [opened, setOpened] = useState<Opened>();
  const cursorToSet = useRef<number>(undefined);
  const offer = opened && completer.offer(text, opened.cursor, opened.isAskedFor);
  const suggestions = offer?.suggestions ?? [];
  const active = opened?.active;

  // A browser puts the cursor at the end of a value that a script changes.
  useLayoutEffect(() => {
    if (cursorToSet.current !== undefined) {
      input.current?.setSelectionRange(cursorToSet.current, cursorToSet.current);
      cursorToSet.current = undefined;
    }
  }, [input, text]);

  const open = (isAskedFor: boolean) => {
    const cursor = input.current?.selectionStart ?? text.length;
    setOpened({ cursor, isAskedFor, active: undefined });
    completer.prepare?.(cursor);
  };
  const close = () => {
    setOpened(undefined);
  };
  const choose = (suggestion: Suggestion) => {
    if (offer !== undefined) {
      const replaced = replacePlace(text, offer.place, suggestion.text);
      cursorToSet.current = replaced.cursor;
      change(replaced.text);
      completer.prepare?.(replaced.cursor);
    }
    close();
  };
  const move = (step: number) => {
    if (opened !== undefined) {
      const from = active ?? (step > 0 ? -1 : 0);
      setOpened({ ...opened, active: (from + step + suggestions.length) % suggestions.length });
    }
  };

  const takesKey = ({ key, ctrlKey, metaKey, altKey, shiftKey }: KeyboardEvent): boolean => {
    if (ctrlKey || metaKey || altKey || shiftKey) {
      return false;
    }
    if (suggestions.length === 0) {
      if (key === 'ArrowDown') {
        open(true);
      }
      return key === 'ArrowDown';
    }
    const chosen = active === undefined ? undefined : suggestions[active];
    switch (key) {
      case 'ArrowDown':
        move(1);
        return true;
      case 'ArrowUp':
        move(-1);
        return true;
      case 'Escape':
        close();
        return true;
      case 'Enter':
        if (chosen !== undefined) {
          choose(chosen);
        }
        return chosen !== undefined;
      case 'Tab': {
        // A word that is complete is left alone, and so is a word of which nothing is typed.
        const isBegun = offer !== undefined && opened !== undefined && offer.place.start < opened.cursor;
        const completed = chosen ?? (isBegun && !offer.isComplete ? suggestions[0] : undefined);
        if (completed !== undefined) {
          choose(completed);
        }
        return completed !== undefined;
      }
      case 'ArrowLeft':
      case 'ArrowRight':
      case 'Home':
      case 'End':
        // The list is about another word then.
        close();
        return false;
      default:
        return false;
    }
  };

  return {
    suggestions,
    active,
    choose,
    typed: () => {
      open(false);
    },
    ask: () => {
      open(true);
    },
    close,
    takesKey,
  };
}

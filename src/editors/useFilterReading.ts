import { toDataQueryError } from '@grafana/runtime';
import { useEffect, useRef, useState } from 'react';

import type { FilterReading, FilterVerdict } from '../query/filterReading';

/** How long nothing is typed before the back end is asked, ms: too short to be noticed. */
const ASKED_AFTER = 50;

/** How long nothing is typed before it is shown what is wrong, ms: half a word always is. */
const JUDGED_AFTER = 300;

/** Characters from which on it is asked only then: of such a text no colours are shown, and it takes longer. */
const LONG = 8192;

/** What the back end makes of a filter, with the cursor there if it is given. */
export type ReadFilter = (filter: string, cursor?: number) => Promise<FilterReading>;

interface Judged {
  verdict: FilterVerdict;
  /** It is about what was in the field before. */
  isOld: boolean;
}

interface Read {
  /** The last one that came, perhaps of what was in the field before. Undefined: none came, or the last one failed. */
  reading: FilterReading | undefined;
  /** Undefined for an empty filter, and until the first verdict. */
  judged: Judged | undefined;
}

/**
 * What the back end makes of the text in a field. It is asked at each pause in typing, and again for each identity of
 * `read`; for an empty text only with a cursor. An answer that comes after that to a later question is dropped.
 */
export function useFilterReading(read: ReadFilter, filter: string, cursor: number | undefined): Read {
  const [reading, setReading] = useState<FilterReading>();
  const [judged, setJudged] = useState<{ read: ReadFilter; filter: string; verdict: FilterVerdict }>();
  const asked = useRef(0);
  const answered = useRef(0);
  const isEmpty = filter.trim() === '';
  const isAsked = !isEmpty || cursor !== undefined;

  useEffect(() => {
    answered.current = 0;
    return () => {
      answered.current = Infinity;
    };
  }, []);

  useEffect(() => {
    if (!isAsked) {
      return;
    }
    let isCurrent = true;
    const timers: Array<ReturnType<typeof setTimeout>> = [];
    const after = (ms: number) => new Promise((resolve) => timers.push(setTimeout(resolve, ms)));
    const stoodStill = after(JUDGED_AFTER);
    const judge = async (verdict: FilterVerdict) => {
      await stoodStill;
      if (isCurrent) {
        setJudged({ read, filter, verdict });
      }
    };
    const ask = async () => {
      await after(filter.length > LONG ? JUDGED_AFTER : ASKED_AFTER);
      const question = (asked.current += 1);
      const take = (answer: FilterReading | undefined) => {
        if (question > answered.current) {
          answered.current = question;
          setReading(answer);
        }
      };
      try {
        const answer = await read(filter, cursor);
        take(answer);
        await judge(answer.verdict);
      } catch (error) {
        take(undefined);
        await judge({ state: 'unknown', reason: toDataQueryError(error).message ?? 'the back end gave no reason' });
      }
    };
    void ask();
    return () => {
      isCurrent = false;
      timers.forEach(clearTimeout);
    };
  }, [read, filter, cursor, isAsked]);

  return {
    reading,
    judged:
      isEmpty || judged === undefined
        ? undefined
        : { verdict: judged.verdict, isOld: judged.filter !== filter || judged.read !== read },
  };
}

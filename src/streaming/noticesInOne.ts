import type { DataFrame, QueryResultMetaNotice } from '@grafana/data';

/** What matters most is in front. */
const SEVERITIES: ReadonlyArray<QueryResultMetaNotice['severity']> = ['error', 'warning', 'info'];

/** Of several notices of one severity a panel's header in Grafana 12 shows the last one alone: these are one of each. */
export function noticesInOne(notices: readonly QueryResultMetaNotice[]): QueryResultMetaNotice[] {
  return SEVERITIES.flatMap((severity) => {
    const alike = notices.filter((notice) => notice.severity === severity);
    const texts = [...new Set(alike.map(({ text }) => text))];
    return alike.length === 0 ? [] : [{ ...alike[0], severity, text: texts.join(' ') }];
  });
}

/** A sentence, or none. */
export type Sentence = string | false;

/** These sentences as one notice; none where there are none. */
export function notice(severity: QueryResultMetaNotice['severity'], sentences: Sentence[]): QueryResultMetaNotice[] {
  const text = sentences.filter((sentence) => sentence !== false).join(' ');
  return text === '' ? [] : [{ severity, text }];
}

/** The frame with these notices before its own. */
export function withNotices(frame: DataFrame, notices: readonly QueryResultMetaNotice[]): DataFrame {
  const { refId, name, meta, fields, length } = frame;
  const all = noticesInOne([...notices, ...(meta?.notices ?? [])]);
  return notices.length === 0 ? frame : { refId, name, meta: { ...meta, notices: all }, fields, length };
}

import type { AnnotationSupport } from '@grafana/data';
import { of } from 'rxjs';

import { QUERY_VERSION, type XdpQuery } from '../query/model';

import { eventsOf } from './events';

/** A new annotation tells when interfaces came up, went down or are gone. */
const DEFAULT: Partial<XdpQuery> = { version: QUERY_VERSION, kind: 'interfaces', interfaces: ['uplinks'] };

/** Annotations are queries as panels have them; what happened is made of their answers. */
export const ANNOTATIONS: AnnotationSupport<XdpQuery> = {
  getDefaultQuery: () => DEFAULT,
  processEvents: (annotation, frames) => of(eventsOf(annotation.target?.kind ?? 'packets', frames)),
};

import type { DataQueryResponse } from '@grafana/data';

import { asLogLines, withLogLines } from '../explore/logLines';
import { newestFirst } from '../explore/newestFirst';
import { dresser } from '../fields/dressed';
import type { PacketsPage } from '../fields/packetsPage';
import { wellFormed } from '../query/wellFormed';
import { showingGaps } from '../streaming/gaps';
import { tellingLaterVersion } from '../streaming/laterVersion';
import type { Pause } from '../streaming/pause';

import type { Asked } from './asked';

/** Makes of each answer to a request, and of each drawing of its streams, what Grafana is given. */
export function shower(
  { request, wanted, shownAs, lines, isInExplore, isPast }: Asked,
  page: () => PacketsPage,
  pause: Pause
): (response: DataQueryResponse) => DataQueryResponse {
  const withGaps = showingGaps(shownAs);
  const dressed = dresser(shownAs, page, pause);
  const told = tellingLaterVersion(wanted);
  const ofRows = request.targets.filter(({ refId }) => !lines.has(refId));
  return (response) => {
    const looking = dressed(withGaps(asLogLines(response, lines)));
    const ordered = isInExplore ? newestFirst(looking, ofRows) : looking;
    return told(isPast ? withLogLines(ordered, wanted.map(wellFormed)) : ordered);
  };
}

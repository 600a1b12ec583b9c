import type { DataQueryResponse } from '@grafana/data';

import { asLogLines, withLogLines } from '../explore/logLines';
import { newestFirst } from '../explore/newestFirst';
import { dresser } from '../fields/dressed';
import type { Pages } from '../fields/links';
import { wellFormed } from '../query/wellFormed';
import { showingGaps } from '../streaming/gaps';
import { tellingLaterVersion } from '../streaming/laterVersion';
import { mapFrames } from '../streaming/mapFrames';
import { withNotices } from '../streaming/noticesInOne';
import type { Pause } from '../streaming/pause';
import type { ServerClock } from '../streaming/serverClock';

import type { Asked } from './asked';

/** Makes of each answer to a request, and of each drawing of its streams, what Grafana is given. */
export function shower(
  { request, wanted, shownAs, lines, isInExplore, isPast }: Asked,
  pages: () => Pages,
  pause: Pause,
  clock: ServerClock
): (response: DataQueryResponse) => DataQueryResponse {
  const withGaps = showingGaps(shownAs);
  const dressed = dresser(shownAs, pages, pause);
  const toldVersion = tellingLaterVersion(wanted);
  const told = (response: DataQueryResponse) =>
    mapFrames(toldVersion(response), (frame) => withNotices(frame, clock.notices));
  const ofRows = request.targets.filter(({ refId }) => !lines.has(refId));
  return (response) => {
    const looking = dressed(withGaps(asLogLines(response, lines)));
    const ordered = isInExplore ? newestFirst(looking, ofRows) : looking;
    return told(isPast ? withLogLines(ordered, wanted.map(wellFormed)) : ordered);
  };
}

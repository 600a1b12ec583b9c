import { writeFileSync } from 'fs';
import path from 'path';

import { DASHBOARDS, fileOf } from './dashboards';

/** Writes the dashboards anew. */
for (const [file, dashboard] of Object.entries(DASHBOARDS)) {
  writeFileSync(path.resolve(__dirname, '..', file), fileOf(dashboard()));
}

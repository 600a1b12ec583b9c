import { getBackendSrv } from '@grafana/runtime';

/** How long it counts that a dashboard is not there, ms: somebody may import it at any time. */
const LOOK_AGAIN_AFTER = 60_000;

/** Looks for a dashboard until it is there, though not each time that it is told to. */
export class DashboardSearch {
  private lookedAt = -Infinity;
  private isThere = false;

  constructor(private readonly uid: string) {}

  /** Tells whether the person who asks can open it, where there is something new to tell. */
  look(tell: (isThere: boolean) => void): void {
    if (this.isThere || Date.now() - this.lookedAt < LOOK_AGAIN_AFTER) {
      return;
    }
    this.lookedAt = Date.now();
    void isDashboardThere(this.uid).then((isThere) => {
      this.isThere = isThere;
      tell(isThere);
    });
  }
}

/** True where Grafana does not say. */
async function isDashboardThere(uid: string): Promise<boolean> {
  try {
    const found = await getBackendSrv().get<unknown[]>(
      '/api/search',
      { type: 'dash-db', dashboardUIDs: uid, limit: 1 },
      undefined,
      { showErrorAlert: false }
    );
    return found.length > 0;
  } catch {
    return true;
  }
}

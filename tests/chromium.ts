import type { LaunchOptions } from '@playwright/test';

/**
 * The browser of the machine: Debian's package `chromium`, or another by the variable CHROMIUM. It runs without a
 * sandbox because continuous integration is root, and reaches nothing but this machine.
 */
export const CHROMIUM: LaunchOptions = {
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--disable-dev-shm-usage',
  ],
};

/** For a browser that is to see no other host than this one. */
export const ONLY_HERE = '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1';

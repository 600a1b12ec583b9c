/** How long a file may take to come, seconds, and how many packets it may have. The back end's own bounds are higher. */
export const FILE_BOUNDS = { seconds: 30, count: 10_000 };

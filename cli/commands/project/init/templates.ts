/** The projects that `laneway init` can write; folders of `cli/templates`. */
export const TEMPLATES = ['request', 'pipeline', 'approval', 'blank'] as const;

/** One of {@link TEMPLATES}. */
export type Template = (typeof TEMPLATES)[number];

/** The test runners that a new project can have. */
export const TEST_RUNNERS = ['jest', 'vitest'] as const;

/** One of {@link TEST_RUNNERS}. */
export type TestRunner = (typeof TEST_RUNNERS)[number];

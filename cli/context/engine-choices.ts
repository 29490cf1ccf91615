/** The deployments that a command can be about: the local engine's, or the AWS account's. */
export const ENGINES = ['local', 'aws'] as const;

/** Places in which the demonstration can run: `--engine` of `laneway demo`. */
export const DEMO_ENGINES = ['local', 'in-process'] as const;

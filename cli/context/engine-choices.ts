/** The deployments that a command can be about: the local engine's, or the AWS account's. */
export const ENGINES = ['local', 'aws'] as const;

/** Where the demonstration can be told to run. */
export const DEMO_ENGINES = ['local', 'in-process'] as const;

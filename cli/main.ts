#!/usr/bin/env node
import '../shared/domain/base/one-version.js';
import { runCli } from './run-cli.js';

// A reader that has seen enough (`laneway trace ... | head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

process.exitCode = await runCli(process.argv);

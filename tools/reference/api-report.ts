import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Extractor, ExtractorConfig, ExtractorLogLevel, ExtractorMessageCategory } from '@microsoft/api-extractor';
import type { Entry } from './entries.js';

/** The public surface of one entry, as its declarations have it. */
export interface ApiReport {
  readonly text: string;
  /** Names that a public signature uses and that this entry does not export. */
  readonly forgotten: readonly string[];
}

const reported = { logLevel: ExtractorLogLevel.Warning };

/** The report of an entry, of its compiled declarations in dist/: API Extractor writes it. */
export function apiReport(entry: Entry): ApiReport {
  const folder = mkdtempSync(join(tmpdir(), 'laneway-api-'));
  const forgotten: string[] = [];
  try {
    mkdirSync(join(folder, 'temporary'));
    const reportFileName = `${entry.name.replaceAll('/', '-')}.api.md`;
    const types = resolve(entry.types);
    Extractor.invoke(
      ExtractorConfig.prepare({
        configObject: {
          projectFolder: resolve('.'),
          mainEntryPointFilePath: types,
          compiler: { overrideTsconfig: { compilerOptions: compiler, files: [types] } },
          apiReport: {
            enabled: true,
            reportFileName,
            reportFolder: folder,
            reportTempFolder: join(folder, 'temporary'),
          },
          docModel: { enabled: false },
          dtsRollup: { enabled: false },
          tsdocMetadata: { enabled: false },
          messages: {
            compilerMessageReporting: { default: reported },
            extractorMessageReporting: { default: reported },
          },
        },
        packageJsonFullPath: resolve('package.json'),
        configObjectFullPath: undefined,
      }),
      {
        localBuild: true,
        messageCallback: (message) => {
          message.handled = true;
          if (message.category === ExtractorMessageCategory.Compiler)
            throw new Error(`laneway/${entry.name}: ${message.text}`);
          const name = /The symbol "(\w+?)(?:_\d+)?" needs to be exported/.exec(message.text)?.[1];
          if (message.messageId === 'ae-forgotten-export' && name !== undefined) forgotten.push(name);
        },
      },
    );
    return { text: signaturesOnly(readFileSync(join(folder, reportFileName), 'utf8')), forgotten };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const compiler = {
  module: 'nodenext',
  moduleResolution: 'nodenext',
  target: 'es2023',
  lib: ['es2023'],
  types: ['node'],
  strict: true,
  skipLibCheck: true,
};

/** Without remarks about release tags, which this package does not use, and without Windows' line ends. */
function signaturesOnly(report: string): string {
  return report
    .replaceAll('\r\n', '\n')
    .replaceAll(/^\/\/ (Warning: \((ae-forgotten-export|ae-missing-release-tag)\)|@public \(undocumented\)).*\n/gm, '')
    .replaceAll(/\n{3,}/g, '\n\n');
}

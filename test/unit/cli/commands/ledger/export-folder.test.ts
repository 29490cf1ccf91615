import { ExportFolder } from '../../../../../cli/commands/ledger/export-folder.js';

describe('what a command says', () => {
  it('names the option that makes an export', () =>
    expect(() => ExportFolder.open('/nowhere/evidence')).toThrow('laneway ledger export --out /nowhere/evidence'));
});

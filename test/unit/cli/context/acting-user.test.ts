import { actingUser } from '../../../../cli/context/acting-user.js';

describe('what a command says', () => {
  it('knows the login name: of the environment, else of the operating system, else none', () => {
    const os = () => 'grace';
    expect(actingUser({ USER: 'ada', LOGNAME: 'eve' }, os)).toBe('ada');
    expect(actingUser({ USER: ' ', LOGNAME: 'eve' }, os)).toBe('eve');
    expect(actingUser({}, os)).toBe('grace');
    const unknown = () => {
      throw new Error('ENOENT: no such user');
    };
    expect(actingUser({}, unknown)).toBe('');
  });
});

import aslValidator from 'asl-validator';
import { defineWorkflow, describeWorkflow } from 'laneway/workflow';
import { BACKSTOP_SECONDS } from '../../../../../shared/workflow/compile/compile.js';
import { callsIn, fallsBackToPeople } from '../../../../../shared/workflow/compile/calls-in.js';
import { Advise, CallMade, helpline } from '../../../../kit/applications/helpline-topology.js';

const patient = defineWorkflow(helpline, 'patient', { startedBy: CallMade }, (flow, call) => {
  const about = { about: call.about };
  flow.request('plain', Advise, about, { timeout: '30 seconds' });
  flow.request('ask', Advise, about, {
    timeout: '30 seconds',
    tries: 3,
    fallback: [
      'another',
      { agent: { capability: 'medicine' }, timeout: '1 minute' },
      { channel: 'advice.night' },
      { person: '1 hour' },
    ],
  });
  flow.request('soon', Advise, about, { timeout: '10 seconds', deadline: '5 minutes', to: 'third' });
});

test('what the step says travels in its own words; the backstop is ten minutes behind the whole, and nothing else retries', () => {
  const [plain, ask, soon] = callsIn(patient.asl);
  expect(plain?.payload).not.toHaveProperty('attempts');
  expect(ask?.payload).toMatchObject({
    // 3 x 30 s, pauses of 1 s and 2 s, 30 s, 60 s, 30 s, an hour, and six times 2 s to hand it on.
    timeoutSeconds: 90 + 3 + 30 + 60 + 30 + 3600 + 12,
    attempts: {
      timeout: '30 seconds',
      tries: 3,
      fallback: [
        { agent: 'another', timeout: '30 seconds' },
        { agent: { capability: 'medicine' }, timeout: '1 minute' },
        { channel: 'advice.night', timeout: '30 seconds' },
        { person: '1 hour' },
      ],
    },
  });
  expect(ask?.task.TimeoutSeconds).toBe(3825 + BACKSTOP_SECONDS);
  expect(ask?.task.Retry).toEqual(plain?.task.Retry);
  expect(soon?.payload).toMatchObject({
    timeoutSeconds: 300,
    attempts: { timeout: '10 seconds', tries: 1, fallback: [] },
  });
  expect(patient.steps.map(({ timeoutSeconds }) => timeoutSeconds)).toEqual([30, 3825, 300]);
  expect(fallsBackToPeople(patient.asl)).toBe(true);
  const asl = JSON.parse(
    JSON.stringify(patient.asl).replaceAll('${DispatcherArn}', 'arn:aws:lambda:eu-west-1:1:function:d'),
  ) as object;
  const verdict = aslValidator(asl);
  expect(verdict.isValid ? '' : verdict.errorsText()).toBe('');
});

test('a request stays one state and one transition; the description says who is asked', () => {
  const { paths, text, mermaid } = describeWorkflow(patient);
  expect(paths).toMatchObject([{ states: ['plain', 'ask', 'soon'], transitions: 3 }]);
  expect(text.split('\n')).toEqual([
    'patient: started by CallMade',
    '  plain: Advise -> Advised within 30 s',
    '  ask: Advise -> Advised within 3825 s, 3 tries of 30 seconds, then another, then capability medicine, then channel advice.night, then a person for 1 hour',
    '  soon: Advise -> Advised within 300 s, 1 try of 10 seconds',
  ]);
  expect(mermaid).toContain('ask: Advise → Advised, 3 tries of 30 seconds, then another');
});

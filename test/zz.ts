import { maintenance } from './support/workflow-fixtures.js';
import { describeWorkflow } from 'laneway/workflow';
console.log(JSON.stringify(maintenance.asl, null, 1));
const d = describeWorkflow(maintenance);
console.log(d.mermaid); console.log(d.text); console.log(d.paths); console.log(maintenance.steps);

import '../../../cli/templates/approval/src/auditor/agent.test.js';
import '../../../cli/templates/approval/src/workflows/expense.test.js';

import '../../../cli/templates/blank/src/listener/agent.test.js';

import '../../../cli/templates/request/src/greeter/agent.test.js';
import '../../../cli/templates/request/src/topology.test.js';

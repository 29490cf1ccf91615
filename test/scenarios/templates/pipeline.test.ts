import '../../../cli/templates/pipeline/src/pricing/agent.test.js';
import '../../../cli/templates/pipeline/src/topology.test.js';

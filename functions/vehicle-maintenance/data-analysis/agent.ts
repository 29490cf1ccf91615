import { createAgent } from 'laneway/agent';
import { vehicles } from '../topology.js';
import { analyze } from './analyze.js';
import type { HistoryStore } from './history-store.js';
import type { PriceList } from '../price-list.js';
import { estimateCost, needsApproval } from './estimate-cost.js';

/** History and price list of the analysis agent. */
export interface DataAnalysisNeeds {
  readonly history: HistoryStore;
  readonly prices: PriceList;
}

/**
 * Judges readings against limits, the fleet and the vehicle's own history, keeps the healthy ones as history, and says what
 * the recommended work costs by the operator's price list.
 */
export const dataAnalysis = createAgent(vehicles, 'data-analysis')
  .needs<DataAnalysisNeeds>()
  .handle({
    AnalyzeVehicle: async ({ data }, { deps, effectKey, log }) => {
      const history = data.history ?? (await deps.history.recent(data.vin, effectKey));
      const analysis = analyze({ ...data, history });
      // An abnormal reading would make the next abnormal one look usual.
      if (analysis.severity === 'normal') await deps.history.append(data.vin, data.readings, effectKey);
      const { severity, score, reasons, unjudged } = analysis;
      const estimate = estimateCost(reasons, deps.prices);
      const { approveAbove } = data;
      log.info('analysed', { vin: data.vin, severity, score, cost: estimate?.amount, unjudged });
      return {
        ...analysis,
        ...(estimate === undefined ? {} : { estimate }),
        ...(approveAbove === undefined ? {} : { needsApproval: needsApproval(reasons, estimate, approveAbove) }),
      };
    },
  });

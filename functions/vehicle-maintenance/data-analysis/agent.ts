import { createAgent } from 'laneway/agent';
import { vehicles } from '../topology.js';
import { analyze } from './analyze.js';
import type { HistoryStore } from './history-store.js';

/** What the analysis agent needs. */
export interface DataAnalysisNeeds {
  readonly history: HistoryStore;
}

/** Judges readings against limits, the fleet and the vehicle's own history, and keeps the healthy ones as history. */
export const dataAnalysis = createAgent(vehicles, 'data-analysis')
  .needs<DataAnalysisNeeds>()
  .handle({
    AnalyzeVehicle: async ({ data }, { deps, effectKey, log }) => {
      const history = data.history ?? (await deps.history.recent(data.vin, effectKey));
      const analysis = analyze({ ...data, history });
      // An abnormal reading would make the next abnormal one look usual.
      if (analysis.severity === 'normal') await deps.history.append(data.vin, data.readings, effectKey);
      log.info('analysed', { vin: data.vin, severity: analysis.severity, score: analysis.score });
      return analysis;
    },
  });

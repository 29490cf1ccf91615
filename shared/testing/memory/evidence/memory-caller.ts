import { LOCAL_CALLER, type Caller } from '../../../domain/evidence/caller.js';

/** The caller of an application in process: whoever has the process. */
export class MemoryCaller implements Caller {
  constructor(private readonly name: string = LOCAL_CALLER) {}

  identity(): Promise<string> {
    return Promise.resolve(this.name);
  }
}

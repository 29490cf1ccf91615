import { LanewayError } from '../domain/base/errors.js';

/** Refuses a declared topology. @throws LanewayError INVALID_TOPOLOGY, always */
export function invalid(topology: string, what: string, help: string): never {
  throw new LanewayError('INVALID_TOPOLOGY', what, { help: [`${help}   (${topology})`] });
}

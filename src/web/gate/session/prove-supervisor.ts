import type { SetBy } from '#lane/gate-mode.ts';
import { supervisorProven } from '#protocol/people.ts';
import { type DeviceApi, Unreachable } from '../device/device-api.ts';
import type { NameAndPin } from './session-shapes.ts';

/**
 * @param here - who is signed on, by a pseudonymous id: recorded where nobody can be asked
 * @throws Refused: no supervisor
 */
export async function prove(api: DeviceApi, supervisor: NameAndPin, here: string): Promise<SetBy> {
  const path = '/api/v1/devices/self/supervisor';
  try {
    const { person } = await api.ask('POST', path, { supervisor }, supervisorProven);
    return { who: person, isProven: true };
  } catch (error) {
    if (error instanceof Unreachable) return { who: here, isProven: false };
    throw error;
  }
}

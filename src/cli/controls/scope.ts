import { InvalidArgumentError } from 'commander';
import { scope } from '#protocol/controls.ts';

export const scopeHelp = 'ground, stand/ID, section/ID or gate/ID';

export function scopeArgument(text: string): string {
  if (scope.safeParse(text).success) return text;
  throw new InvalidArgumentError(`write ${scopeHelp}, such as gate/N2`);
}

// A version of ours with a bug in it: `node --import` this file, and the source file that KAIMEN_PLANT names is read
// with one text in the place of another, also by threads. Nothing in the program itself knows of it.
import assert from 'node:assert/strict';
import { registerHooks } from 'node:module';

/** `file`: how its address ends, such as `/src/domain/entry/rules.ts`. */
export type Plant = { readonly file: string; readonly text: string; readonly by: string };

/** For the environment of a process that is started with {@link PLANTED}. */
export function planted(plant: Plant): { readonly KAIMEN_PLANT: string } {
  return { KAIMEN_PLANT: JSON.stringify(plant) };
}

export const PLANTED = ['--import', import.meta.url];

const { KAIMEN_PLANT: wanted } = process.env;
if (wanted !== undefined) plant(JSON.parse(wanted) as Plant);

function plant({ file, text, by }: Plant): void {
  registerHooks({
    load(url, context, next) {
      const loaded = next(url, context);
      if (!url.endsWith(file)) return loaded;
      const source = String(loaded.source);
      assert.equal(source.split(text).length, 2, `${file} has the planted text once`);
      return { ...loaded, source: source.replace(text, by) };
    },
  });
}
